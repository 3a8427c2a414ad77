"""A rollout: released, stage by stage, watched, rolled back or verified."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from changes.models import Person
from changes.sample.play.pipeline import Check, run
from changes.sample.play.scene import Scene, StoryError
from changes.sample.story import Kpi, RollbackPlan, Rollout
from changes.sample.timeline import Timeline
from changes.vocabulary import PipelineStage, RolloutStageName, VerificationKind
from changes.workflow.rollbacks import roll_back
from changes.workflow.rollouts import (
    advance_stage,
    finish_deployment,
    record_deployment,
    start_deployment,
)
from changes.workflow.samples import record_sample
from changes.workflow.verifications import record_verification

MINUTES_OF_STAGE = {"canary": 15, "10": 15, "50": 20, "100": 20}
BETWEEN_SAMPLES = timedelta(minutes=5)
BETWEEN_SAMPLES_OF_A_BREACH = timedelta(minutes=1)
SERVICE = "deploy-service"


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
    person, revision = scene.person(rollout.by), scene.head_at(rollout.at)
    artifact = f"sha256:{scene.random.randbytes(32).hex()}"
    if rollout.through == "portal":
        scene.deployment = start_deployment(
            request=scene.change,
            actor=person,
            at=rollout.at,
            revision=revision,
            repository=scene.repository,
            artifact_digest=artifact,
        )
    else:
        scene.deployment = record_deployment(
            request=scene.change,
            started_by=scene.person(SERVICE),
            at=rollout.at,
            revision=revision,
            repository=scene.repository,
            artifact_digest=artifact,
            released_by=person,
        )


def advance(scene: Scene, stage: str, at: datetime) -> None:
    advance_stage(
        deployment=scene.deployment,
        actor=_watcher(scene),
        at=at,
        stage=RolloutStageName(stage),
    )


def finish(scene: Scene, at: datetime) -> None:
    scene.deployment = finish_deployment(deployment=scene.deployment, actor=_watcher(scene), at=at)
    begun, sha = scene.deployment.started_at, scene.deployment.revision
    canary = begun + timedelta(minutes=MINUTES_OF_STAGE["canary"])
    run(scene, Check(sha, PipelineStage.DEPLOY_PRODUCTION, "canary", begun, canary))
    run(scene, Check(sha, PipelineStage.DEPLOY_PRODUCTION, "full", canary, at))


def undo(scene: Scene, plan: RollbackPlan) -> None:
    roll_back(
        deployment=scene.deployment,
        actor=_watcher(scene),
        at=plan.at,
        reason=plan.reason,
        trigger=plan.trigger,
        observed={
            "error_rate_percent": str(plan.error_rate),
            "sustained_seconds": int((plan.at - plan.breach_from).total_seconds()),
        },
    )


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


def sample(scene: Scene, at: datetime, error_rate: Decimal, latency: int) -> None:
    record_sample(
        deployment=scene.deployment,
        taken_at=at,
        error_rate_percent=error_rate,
        latency_p95_ms=Decimal(latency),
        is_healthy=True,
    )


def _play_stages(timeline: Timeline, scene: Scene, rollout: Rollout) -> datetime:
    """When the last of its stages has had its time."""
    at = rollout.at
    for stage in rollout.stages:
        timeline.add(_heard(rollout, at), partial(advance, scene, stage, at))
        minutes = MINUTES_OF_STAGE[stage] * scene.story.pace
        at += timedelta(minutes=minutes, seconds=scene.random.randint(20, 160))
    return at


def _play_samples(timeline: Timeline, scene: Scene, rollout: Rollout, until: datetime) -> None:
    plan, random = scene.story.rollback, scene.random
    usual_errors, usual_latency = random.randint(8, 45), random.randint(180, 430)
    at = rollout.at + timedelta(minutes=1)
    while at < until:
        errors = Decimal(usual_errors + random.randint(-6, 9)) / 100
        if plan and at >= plan.breach_from:
            errors = Decimal(str(plan.error_rate)) + Decimal(random.randint(-20, 60)) / 100
        latency = usual_latency + random.randint(-35, 60)
        timeline.add(_heard(rollout, at), partial(sample, scene, at, errors, latency))
        breach = plan and at + BETWEEN_SAMPLES > plan.breach_from
        at += BETWEEN_SAMPLES_OF_A_BREACH if breach else BETWEEN_SAMPLES


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
        raise StoryError(f"Story {scene.story.number} has no rollout.")
    return scene.person(rollout.by)


def _heard(rollout: Rollout, at: datetime) -> datetime:
    return max(at, rollout.reported_at) if rollout.reported_at else at
