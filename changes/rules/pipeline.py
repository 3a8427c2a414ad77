"""The pipeline: each stage with its required checks, in order, and the release to production."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from changes.rules.facts import ChangeFacts, DeploymentFacts, ReleaseFacts, RunFacts
from changes.rules.findings import Finding, failed, not_applicable, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.rules.undeployed import not_deployed
from changes.rules.without_code import asks_for_code
from changes.vocabulary import Means, PipelineStage, RunOutcome, Verdict, label

# Production is released by a person and rolled out in stages: rules of their own.
STAGES = tuple(stage for stage in PipelineStage if stage is not PipelineStage.DEPLOY_PRODUCTION)
# Nothing goes to staging, and nothing is tried there, before the stage before it has ended.
AFTER_THE_END = (PipelineStage.DEPLOY_STAGING, PipelineStage.END_TO_END)

_NOT_PASSED = (RunOutcome.FAILED, RunOutcome.CANCELLED)

RELEASE_RULE = "released_after_end_to_end"

Checks = Mapping[str, Sequence[RunFacts]]


@asks_for_code
def pipeline_stages_in_order(facts: ChangeFacts, policy: Policy) -> Finding:
    """Each required check of each stage passed on the tested revision, stage after stage.

    The newest run of a check tells whether it passed, the first one that passed when.
    """
    rule = "pipeline_stages_in_order"
    if facts.is_imported:
        return unknown(rule, "The imported history shows no runs of the pipeline.")
    stages: dict[PipelineStage, Checks] = {stage: _checks(facts, policy, stage) for stage in STAGES}
    bad = _named(stages, lambda runs: bool(runs) and runs[-1].outcome in _NOT_PASSED)
    if bad:
        return failed(rule, f"Checks that did not pass: {bad}.", stages=_times(stages))
    misplaced = _out_of_order(stages)
    if misplaced:
        return failed(rule, f"Out of order: {misplaced}.", stages=_times(stages))
    lacking = _named(stages, lambda runs: not runs or runs[-1].outcome is RunOutcome.RUNNING)
    if lacking:
        revision = facts.tested_revision[:12] or "the head revision"
        if facts.is_deployed:
            return unknown(rule, f"Never received for {revision}: {lacking}.")
        return waiting(rule, f"Waits for the pipeline to pass {revision}: {lacking}.")
    return passed(rule, "Every stage of the pipeline passed, in order.", stages=_times(stages))


@asks_for_code
def released_after_end_to_end(facts: ChangeFacts, policy: Policy) -> Finding:
    """A person released each deployed revision, after end-to-end and before it was deployed."""
    rule = "released_after_end_to_end"
    if not facts.deployments:
        return not_deployed(facts, rule)
    problems = [_release_problem(facts, policy, d) for d in facts.deployments]
    wrong = [sentence for sentence, is_wrong in filter(None, problems) if is_wrong]
    if wrong:
        return failed(rule, " ".join(wrong))
    unseen = [sentence for sentence, _ in filter(None, problems)]
    if unseen:
        return unknown(rule, " ".join(dict.fromkeys(unseen)))
    people = [r.person.name for d in facts.deployments for r in release_of(facts, d)]
    names = ", ".join(dict.fromkeys(people))
    return passed(rule, f"Released to production by {names}, after the end-to-end tests.")


def may_be_released(
    facts: ChangeFacts, policy: Policy, revision: str, at: datetime | None = None
) -> Finding:
    """What the release asks beforehand: the newest run of each end-to-end check of the revision
    has passed on staging, and had ended by then.
    """
    if facts.means is not Means.CODE:
        sentence = f"It is a {label(facts.means)}: there is no code to try on staging."
        return not_applicable(RELEASE_RULE, sentence)
    shown = revision[:12] or "the head revision"
    checks = _checks(facts, policy, PipelineStage.END_TO_END, revision)
    begun = {n: [r for r in runs if at is None or r.started_at <= at] for n, runs in checks.items()}
    bad = [name for name, runs in begun.items() if runs and runs[-1].outcome in _NOT_PASSED]
    if bad:
        return failed(RELEASE_RULE, f"End-to-end on staging did not pass {shown}: {_listed(bad)}.")
    lacking = [name for name, runs in begun.items() if not _has_passed(runs, at)]
    if lacking:
        sentence = f"Waits for end-to-end on staging to pass {shown}: {_listed(lacking)}."
        return waiting(RELEASE_RULE, sentence)
    return passed(RELEASE_RULE, f"End-to-end on staging has passed {shown}.")


def _has_passed(runs: Sequence[RunFacts], at: datetime | None) -> bool:
    last = runs[-1] if runs else None
    if last is None or last.outcome is not RunOutcome.PASSED or last.finished_at is None:
        return False
    return at is None or last.finished_at <= at


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def release_of(facts: ChangeFacts, deployment: DeploymentFacts) -> list[ReleaseFacts]:
    """The releases of a deployment's revision, the newest before its start first."""
    mine = [r for r in facts.releases if r.revision == deployment.revision]
    early = [r for r in mine if r.released_at <= deployment.started_at]
    return sorted(early or mine, key=lambda release: release.released_at, reverse=True)[:1]


def _release_problem(
    facts: ChangeFacts, policy: Policy, deployment: DeploymentFacts
) -> tuple[str, bool] | None:
    """The sentence, and whether it is a failure rather than something that was not seen."""
    revision = deployment.revision[:12]
    found = release_of(facts, deployment)
    if not found:
        return f"No release of {revision} to production is on record: record who gave it.", False
    release = found[0]
    if not release.person.is_human:
        return f"{release.person.name} released {revision}, and only people release.", True
    if release.released_at > deployment.started_at:
        return f"{release.person.name} released {revision} only after it was deployed.", True
    asked = may_be_released(facts, policy, deployment.revision, release.released_at)
    if asked.verdict is Verdict.FAILED:
        return f"{release.person.name} released {revision}, and staging had not passed it.", True
    last = _end_to_end_ended(facts, policy, deployment.revision)
    if last is None:
        return f"When the end-to-end tests of {revision} ended is not known.", False
    if release.released_at < last:
        return f"{release.person.name} released {revision} before the end-to-end tests ended.", True
    return None


def _end_to_end_ended(facts: ChangeFacts, policy: Policy, revision: str) -> datetime | None:
    checks = _checks(facts, policy, PipelineStage.END_TO_END, revision)
    ends = [end for runs in checks.values() if (end := _first_pass(runs)[1])]
    return max(ends) if ends and len(ends) == len(checks) else None


def _checks(facts: ChangeFacts, policy: Policy, stage: PipelineStage, revision: str = "") -> Checks:
    """For each required check of a stage its runs on a revision, the oldest first."""
    revision = revision or facts.tested_revision
    runs = [r for r in facts.runs if r.stage is stage and r.revision == revision and revision]
    runs.sort(key=lambda run: run.started_at)
    return {
        name: [run for run in runs if run.check.casefold() == name.casefold()]
        for name in policy.pipeline_checks.get(stage.value, ())
    }


def _first_pass(runs: Sequence[RunFacts]) -> tuple[datetime | None, datetime | None]:
    """When the first run that passed began and ended."""
    first = next((run for run in runs if run.outcome is RunOutcome.PASSED), None)
    return (first.started_at, first.finished_at) if first else (None, None)


def _span(checks: Checks) -> tuple[datetime | None, datetime | None]:
    """From the first start of a stage to its last end, as far as its checks have passed."""
    passes = [_first_pass(runs) for runs in checks.values()]
    starts, ends = [s for s, _ in passes if s], [e for _, e in passes if e]
    return min(starts, default=None), max(ends, default=None)


def _out_of_order(stages: Mapping[PipelineStage, Checks]) -> str:
    """Each stage begins after the one before began; staging and what follows after it ended."""
    found: list[str] = []
    before: tuple[datetime | None, datetime | None, str] = (None, None, "")
    for stage, checks in stages.items():
        start, end = _span(checks)
        earliest = before[1] if stage in AFTER_THE_END else before[0]
        if start and earliest and start < earliest:
            what = "ended" if stage in AFTER_THE_END else "began"
            found.append(f"{label(stage)} began before {before[2]} {what}")
        if start:
            before = (start, end, label(stage))
    return "; ".join(found)


def _named(
    stages: Mapping[PipelineStage, Checks], is_meant: Callable[[Sequence[RunFacts]], bool]
) -> str:
    found = {
        stage: [name for name, runs in checks.items() if is_meant(runs)]
        for stage, checks in stages.items()
    }
    return "; ".join(f"{', '.join(n)} of {label(stage)}" for stage, n in found.items() if n)


def _times(stages: Mapping[PipelineStage, Checks]) -> dict[str, list[str | None]]:
    spans = {stage.value: _span(checks) for stage, checks in stages.items()}
    return {name: [at.isoformat() if at else None for at in span] for name, span in spans.items()}
