"""A rollout: released, stage by stage, watched, rolled back or verified."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import zip_longest

from changes.models import Person
from changes.queries.facts import facts_of
from changes.sample.play.pipeline import Check, run
from changes.sample.play.scene import Scene, StoryError
from changes.sample.story import Kpi, RollbackPlan, Rollout
from changes.sample.timeline import Timeline
from changes.vocabulary import PipelineStage, RolloutStageName, VerificationKind
from changes.workflow.reports import report_deployment, report_deployment_finished, report_stage
from changes.workflow.rollbacks import roll_back
from changes.workflow.rollouts import (
    advance_stage,
    finish_deployment,
    record_deployment,
    start_deployment,
)
from changes.workflow.samples import NewSample, record_samples
from changes.workflow.verifications import record_verification

MINUTES_OF_STAGE = {"canary": 15, "10": 15, "50": 20, "100": 20}
# Within what the policy allows between two samples; closer where something goes wrong.
BETWEEN_SAMPLES = timedelta(seconds=60)
BETWEEN_SAMPLES_OF_A_BREACH = timedelta(seconds=30)
SAMPLES_AT_ONCE = 4


def play_rollout(timeline: Timeline, scene: Scene) -> None:
    rollout, rollback = scene.story.rollout, scene.story.rollback
    if rollout is None:
        return
    timeline.add(_heard(rollout, rollout.at), partial(start, scene, rollout))
    ended = _play_stages(timeline, scene, rollout)
    if rollback:
        ended = rollback.at
        timeline.add(ended, partial(undo, scene, rollback))
    elif rollout.is_finished:
        _play_verification(timeline, scene, ended)
    _play_samples(timeline, scene, rollout, ended)
    # After its samples, which may be heard of at the same moment: an ended rollout takes none.
    if rollout.is_finished and not rollback:
        timeline.add(_heard(rollout, ended), partial(finish, scene, ended))


def start(scene: Scene, rollout: Rollout) -> None:
    person = scene.person(rollout.by)
    revision = _revision(scene, rollout)
    artifact = f"sha256:{scene.random.randbytes(32).hex()}"
    if rollout.through == "report":
        scene.deployment = report_deployment(
            request=None if scene.story.after_the_fact else scene.change,
            started_by=scene.person(rollout.account),
            at=rollout.at,
            revision=revision,
            repository=scene.deployed_repository,
            artifact_digest=artifact,
            released_by=person if rollout.is_released else None,
        )
    elif rollout.through == "portal":
        scene.deployment = start_deployment(
            request=scene.change,
            actor=person,
            at=rollout.at,
            revision=revision,
            repository=scene.deployed_repository,
            artifact_digest=artifact,
        )
    else:
        scene.deployment = record_deployment(
            request=scene.change,
            started_by=scene.person(rollout.account),
            at=rollout.at,
            revision=revision,
            repository=scene.deployed_repository,
            artifact_digest=artifact,
            released_by=person if rollout.is_released else None,
        )


def _revision(scene: Scene, rollout: Rollout) -> str:
    """The commit that is deployed; without any it is what was asked for, or what nobody knows."""
    if rollout.commit is not None:
        return scene.shas[rollout.commit]
    if scene.story.commits:
        return scene.head_at(rollout.at)
    if scene.story.after_the_fact:
        return scene.random.randbytes(20).hex()
    return facts_of(scene.change).head_revision


def advance(scene: Scene, stage: str, at: datetime) -> None:
    rollout = scene.story.rollout
    if rollout and _goes_on_unasked(scene, rollout):
        report_stage(
            deployment=scene.deployment,
            stage=RolloutStageName(stage),
            at=at,
            observer=_watcher(scene) if rollout.is_watched else None,
        )
        return
    advance_stage(
        deployment=scene.deployment,
        actor=_watcher(scene),
        at=at,
        stage=RolloutStageName(stage),
    )


def finish(scene: Scene, at: datetime) -> None:
    rollout = scene.story.rollout
    if rollout and _goes_on_unasked(scene, rollout):
        scene.deployment = report_deployment_finished(deployment=scene.deployment, at=at)
    else:
        scene.deployment = finish_deployment(
            deployment=scene.deployment, actor=_watcher(scene), at=at
        )
    if not scene.story.commits:
        return
    begun, sha = scene.deployment.started_at, scene.deployment.revision
    canary = begun + timedelta(minutes=MINUTES_OF_STAGE["canary"])
    run(scene, Check(sha, PipelineStage.DEPLOY_PRODUCTION, "canary", begun, canary))
    run(scene, Check(sha, PipelineStage.DEPLOY_PRODUCTION, "full", canary, at))


def _goes_on_unasked(scene: Scene, rollout: Rollout) -> bool:
    """The portal holds a rollout up on which a trigger fired: past that, it is only told."""
    return rollout.through == "report" or scene.story.breach is not None


def undo(scene: Scene, plan: RollbackPlan) -> None:
    roll_back(
        deployment=scene.deployment,
        actor=_watcher(scene),
        at=plan.at,
        reason=plan.reason,
        trigger=plan.trigger,
        observed=_observed(plan),
    )


def _observed(plan: RollbackPlan) -> dict[str, object]:
    if plan.breach_from is None:
        return {}
    seconds = int((plan.at - plan.breach_from).total_seconds())
    if plan.latency:
        return {"latency_p95_ms": str(plan.latency), "sustained_seconds": seconds}
    return {"error_rate_percent": str(plan.error_rate), "sustained_seconds": seconds}


def verify(
    scene: Scene,
    kind: VerificationKind,
    at: datetime,
    details: dict[str, object],
    *,
    has_passed: bool,
) -> None:
    record_verification(
        deployment=scene.deployment,
        actor=_watcher(scene),
        at=at,
        kind=kind,
        has_passed=has_passed,
        details=details,
    )


def watch(scene: Scene, samples: Sequence[NewSample]) -> None:
    record_samples(deployment=scene.deployment, samples=samples)


def _play_stages(timeline: Timeline, scene: Scene, rollout: Rollout) -> datetime:
    """When the last of its stages has had its time."""
    at = rollout.at
    for stage in rollout.stages:
        timeline.add(_heard(rollout, at), partial(advance, scene, stage, at))
        minutes = MINUTES_OF_STAGE[stage] * scene.story.pace
        at += timedelta(minutes=minutes, seconds=scene.random.randint(20, 160))
    return at


def _play_samples(timeline: Timeline, scene: Scene, rollout: Rollout, until: datetime) -> None:
    """Monitoring sends them a few at a time."""
    samples = _samples(scene, rollout.at + timedelta(minutes=1), until)
    for sent in zip_longest(*[iter(samples)] * SAMPLES_AT_ONCE):
        some = [sample for sample in sent if sample]
        timeline.add(_heard(rollout, some[-1].taken_at), partial(watch, scene, some))


def _samples(scene: Scene, at: datetime, until: datetime) -> Iterator[NewSample]:
    story, random = scene.story, scene.random
    breach = story.rollback.breach if story.rollback else story.breach
    usual_errors, usual_latency = random.randint(8, 45), random.randint(180, 430)
    while at < until:
        errors = Decimal(usual_errors + random.randint(-6, 9)) / 100
        latency = usual_latency + random.randint(-35, 60)
        if breach and breach.begins <= at <= breach.ends:
            if breach.error_rate:
                errors = Decimal(str(breach.error_rate)) + Decimal(random.randint(-20, 60)) / 100
            if breach.latency:
                latency = breach.latency + random.randint(-15, 90)
        yield NewSample(at, errors, latency, is_healthy=True)
        is_near = breach and breach.begins - BETWEEN_SAMPLES <= at <= breach.ends
        at += BETWEEN_SAMPLES_OF_A_BREACH if is_near else BETWEEN_SAMPLES


def _play_verification(timeline: Timeline, scene: Scene, ended: datetime) -> None:
    kpi = scene.story.kpi
    if kpi is None:
        return
    smoke, health, measured = (ended + timedelta(minutes=m) for m in (4, 9, 95))
    checks = {"checks": scene.random.randint(18, 46), "failed": 0}
    services = {"services": scene.random.randint(5, 14), "not_green": 0}
    for kind, at, details, has_passed in (
        (VerificationKind.SMOKE_TESTS, smoke, checks, True),
        (VerificationKind.HEALTH_CHECKS, health, services, True),
        (VerificationKind.KPI, measured, _kpi_details(kpi), kpi.has_passed),
    ):
        if kind in scene.story.unrecorded:
            continue
        timeline.add(at, partial(verify, scene, kind, at, dict(details), has_passed=has_passed))


def _kpi_details(kpi: Kpi) -> dict[str, object]:
    return {
        "name": kpi.name,
        "baseline": kpi.baseline,
        "value": kpi.value,
        "direction": f"{kpi.direction} is better",
        "tolerance": f"{kpi.tolerance} %",
    }


def _watcher(scene: Scene) -> Person:
    rollout = scene.story.rollout
    if rollout is None:
        raise StoryError(f"Story {scene.story.name} has no rollout.")
    return scene.person(rollout.by)


def _heard(rollout: Rollout, at: datetime) -> datetime:
    return max(at, rollout.reported_at) if rollout.reported_at else at
