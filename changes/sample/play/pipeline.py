"""What the pipeline does with a revision: runs, reports, the merge, staging and synthetic tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from changes.sample.play.scene import Scene, StoryError
from changes.sample.story import Gates
from changes.sample.timeline import Timeline
from changes.vocabulary import Gate, PipelineStage, RunOutcome
from changes.workflow.production import record_merge
from changes.workflow.sources import record_gate_result, record_run

SCANNERS = ("CodeQL", "npm audit", "Snyk")
# Stage, its checks, and for how many minutes they run at the least.
BEFORE_REVIEW = (
    (PipelineStage.BUILD, ("compile", "linters"), 3),
    (PipelineStage.TEST, ("unit", "integration"), 8),
    (PipelineStage.SECURITY_SCAN, SCANNERS, 5),
)
AFTER_MERGE = (
    (PipelineStage.DEPLOY_STAGING, ("staging",), 4),
    (PipelineStage.END_TO_END, ("synthetic",), 7),
)
Plan = tuple[tuple[PipelineStage, tuple[str, ...], int], ...]


@dataclass(frozen=True)
class Check:
    """One run of one check."""

    sha: str
    stage: PipelineStage
    name: str
    started_at: datetime
    finished_at: datetime
    outcome: RunOutcome = RunOutcome.PASSED


@dataclass(frozen=True)
class Report:
    """What one tool said of a revision."""

    sha: str
    gate: Gate
    tool: str
    numbers: Mapping[str, int]
    at: datetime


def play_pipeline(timeline: Timeline, scene: Scene) -> None:
    story = scene.story
    if story.gates is None:
        return
    for sha, heard in scene.heads():
        _play_checks(timeline, scene, story.gates, sha, heard)
    if story.merged:
        timeline.add(story.merged, partial(merge, scene, story.merged))
        ready = _play_runs(timeline, scene, AFTER_MERGE, scene.head_at(story.merged), story.merged)
        if story.rollout and ready >= story.rollout.at:
            raise StoryError(f"Story {story.name} is released before its synthetic tests end.")


def merge(scene: Scene, at: datetime) -> None:
    scene.pull = record_merge(
        pull_request=scene.pull,
        merged_by=scene.requester,
        at=at,
        revision=scene.head_at(at),
        replaced=scene.replaced,
    )


def run(scene: Scene, check: Check) -> None:
    record_run(
        repository=scene.repository,
        revision=check.sha,
        stage=check.stage,
        check_name=check.name,
        outcome=check.outcome,
        started_at=check.started_at,
        finished_at=check.finished_at,
        change=scene.change,
    )


def report(scene: Scene, result: Report) -> None:
    record_gate_result(
        repository=scene.repository,
        revision=result.sha,
        gate=result.gate,
        tool=result.tool,
        numbers=dict(result.numbers),
        produced_at=result.at,
        recorded_at=result.at,
        change=scene.change,
    )


def _play_checks(
    timeline: Timeline, scene: Scene, gates: Gates, sha: str, pushed: datetime
) -> None:
    silent = gates.silent_scanners
    plan: Plan = tuple(
        (stage, tuple(check for check in checks if check not in silent), minutes)
        for stage, checks, minutes in BEFORE_REVIEW
    )
    scanned = _play_runs(timeline, scene, plan, sha, pushed)
    for result in _reports(scene, gates, sha, scanned):
        timeline.add(scanned, partial(report, scene, result))


def _reports(scene: Scene, gates: Gates, sha: str, at: datetime) -> list[Report]:
    tools = scene.cast.tools_of(scene.repository)
    scanners = [scanner for scanner in SCANNERS if scanner not in gates.silent_scanners]
    tested = Report(sha, Gate.TESTS, tools.test_tool, _tests(gates), at)
    return [
        *([tested] if gates.keeps_tests else []),
        Report(sha, Gate.COVERAGE, tools.coverage_tool, _lines(gates), at),
        *(
            Report(sha, Gate.SECURITY_SCAN, name, _findings(scene, gates, name), at)
            for name in scanners
        ),
    ]


def _play_runs(timeline: Timeline, scene: Scene, plan: Plan, sha: str, after: datetime) -> datetime:
    """One stage after the other, the checks of a stage side by side; when the last has ended."""
    random, pace, ended = scene.random, scene.story.pace, after
    for stage, names, minutes in plan:
        begun = ended + timedelta(seconds=int(random.randint(15, 75) * pace))
        for name in names:
            seconds = int((60 * minutes + random.randint(0, 150)) * pace)
            finished = begun + timedelta(seconds=seconds)
            ended = max(ended, finished)
            check = Check(sha, stage, name, begun, finished, _outcome(scene, name))
            timeline.add(finished, partial(run, scene, check))
    return ended


def _outcome(scene: Scene, name: str) -> RunOutcome:
    """Where tests failed, it was an integration test."""
    gates = scene.story.gates
    has_failed = gates is not None and gates.tests.get("failed", 0) > 0
    return RunOutcome.FAILED if has_failed and name == "integration" else RunOutcome.PASSED


def _tests(gates: Gates) -> dict[str, int]:
    counts = {"failed": 0, "skipped": 0, **gates.tests}
    passed = counts["total"] - counts["failed"] - counts["skipped"]
    return {**counts, "passed": passed}


def _lines(gates: Gates) -> dict[str, int]:
    return {"lines_valid": gates.lines["valid"], "lines_covered": gates.lines["covered"]}


def _findings(scene: Scene, gates: Gates, scanner: str) -> dict[str, int]:
    medium, low = scene.random.choice((0, 0, 0, 1, 2)), scene.random.randint(0, 6)
    found = {"critical": 0, "high": 0, "medium": medium, "low": low}
    if gates.criticals and scanner == SCANNERS[0]:
        found |= {"critical": gates.criticals, "suppressed_critical": gates.suppressed}
    return found
