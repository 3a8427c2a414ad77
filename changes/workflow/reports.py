"""What deployment systems report: it is recorded as it happened, whatever the rules say of it.

A report may name no change, or one that is still a draft; it may come late, twice, and without
stages. Nothing of that is refused (decision 0004); what cannot be true is.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from changes.announcements import Announcement, announce
from changes.models import (
    ChangeRequest,
    Deployment,
    Person,
    Repository,
    RolloutStage,
    Verification,
)
from changes.states import STEPS, Action
from changes.vocabulary import (
    DeploymentOutcome,
    Environment,
    RolloutStageName,
    StageResult,
    VerificationKind,
)
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.rollbacks import record_rollback
from changes.workflow.rollout_steps import (
    end_running_stage,
    finish_rollout,
    held,
    is_latest,
    next_stage,
)
from changes.workflow.rollouts import record_deployment
from changes.workflow.staging import record_staging
from changes.workflow.steps import check_time, enter, save
from changes.workflow.verifications import keep_verification

ENDED_AS = {
    DeploymentOutcome.SUCCEEDED: (StageResult.HEALTHY, Action.FINISH_DEPLOYMENT),
    DeploymentOutcome.FAILED: (StageResult.HALTED, Action.FAIL_DEPLOYMENT),
}


@transaction.atomic
def report_deployment(
    *,
    revision: str,
    at: datetime,
    request: ChangeRequest | None = None,
    repository: Repository | None = None,
    environment: Environment = Environment.PRODUCTION,
    started_by: Person | None = None,
    released_by: Person | None = None,
    artifact_digest: str = "",
    external_id: str = "",
) -> Deployment:
    """A deployment that began at `at`. `external_id` is the sender's name for it with the
    sender's own in front ("vercel:dpl_1"): reported again, it is the same row. Without one,
    the same revision of the same repository at the same instant is.
    """
    check_time(at)
    find = partial(_known, external_id, repository, environment, revision, at)
    if known := find():
        return known
    try:
        with transaction.atomic():
            return record_deployment(
                request=request,
                started_by=started_by,
                at=at,
                revision=revision,
                released_by=released_by,
                repository=repository,
                environment=environment,
                artifact_digest=artifact_digest,
                external_id=external_id,
                is_reported=True,
            )
    except IntegrityError:  # the same report at the same moment was first
        if known := find():
            return known
        raise


@transaction.atomic
def report_stage(
    *,
    deployment: Deployment,
    stage: RolloutStageName,
    at: datetime,
    observer: Person | None = None,
    must_follow: bool = False,
) -> RolloutStage:
    """The stage began at `at`; the one before ends then. Reported again, nothing changes.
    A stage that skips another is recorded, and the rule on stages shows it; with `must_follow`
    it is refused instead, for a system that asks the portal before it goes on.
    """
    check_time(at)
    change, deployment = held(deployment)
    known = deployment.stages.filter(name=stage).first()
    if known:
        return known
    _check_within(deployment, at)
    expected = next_stage(change, deployment)
    if must_follow and stage != expected:
        following = f"the next stage is {expected}" if expected else "every stage has begun"
        raise NotNow(f"{deployment}: {following}, not {stage}.")
    _end_stages_before(deployment, at)
    later = deployment.stages.filter(started_at__gt=at).order_by("started_at").first()
    ended_at = later.started_at if later else deployment.finished_at
    result = _result_of(deployment) if ended_at and not later else StageResult.HEALTHY
    begun = RolloutStage.objects.create(
        deployment=deployment,
        name=stage,
        observer=observer,
        started_at=at,
        ended_at=ended_at,
        result=result if ended_at else "",
    )
    announce(Announcement("stage.started", begun, at, observer, change))
    return begun


@transaction.atomic
def report_deployment_finished(
    *,
    deployment: Deployment,
    at: datetime,
    outcome: DeploymentOutcome = DeploymentOutcome.SUCCEEDED,
    reason: str = "",
) -> Deployment:
    """It ended so. To staging it is that stage of the pipeline as well."""
    ended = end_deployment(deployment=deployment, at=at, outcome=outcome, reason=reason)
    if ended.environment == Environment.STAGING:
        record_staging(
            ended,
            name=Environment.STAGING.value,
            outcome=outcome,
            started_at=ended.started_at,
            finished_at=at,
        )
    return ended


@transaction.atomic
def end_deployment(
    *,
    deployment: Deployment,
    at: datetime,
    outcome: DeploymentOutcome = DeploymentOutcome.SUCCEEDED,
    reason: str = "",
) -> Deployment:
    """It ended so, with whatever stages it had; stages that are missing are shown by their rule.
    The same outcome again changes nothing; after a success it may still be rolled back. A success
    that is reported while a rollback is open leaves it open: the trigger stays an exception.
    """
    check_time(at)
    change, deployment = held(deployment)
    if deployment.outcome == outcome or outcome is DeploymentOutcome.RUNNING:
        return deployment
    if at < deployment.started_at:
        raise Invalid({"at": f"{at.isoformat()} is before the deployment began."})
    if outcome is DeploymentOutcome.ROLLED_BACK:
        record_rollback(change, deployment, at, reason or "The deployment system reported it.")
        return deployment
    if deployment.outcome != DeploymentOutcome.RUNNING:
        raise NotNow(f"{deployment} has {deployment.outcome} already.")
    result, action = ENDED_AS[outcome]
    end_running_stage(deployment, None, at, result)
    finish_rollout(deployment, outcome, at)
    announce(Announcement(f"deployment.{outcome}", deployment, at, None, change))
    if change and is_latest(change, deployment) and change.state in STEPS[action].start:
        enter(change, action)
        save(change, action, None, at)
    return deployment


@transaction.atomic
def report_verification(
    *,
    deployment: Deployment,
    kind: VerificationKind,
    has_passed: bool,
    at: datetime,
    details: dict[str, Any] | None = None,
    recorded_by: Person | None = None,
) -> Verification:
    """One result as a system reports it; the same one again is the row that is there. Refused
    while the rollout runs. A failed one opens the post-mortem.
    """
    check_time(at)
    change, deployment = held(deployment)
    if deployment.finished_at is None:
        raise NotNow(f"{deployment} is still running: it is verified after its last stage.")
    if at < deployment.finished_at:
        raise Invalid({"at": f"{at.isoformat()} is before the rollout ended."})
    known = deployment.verifications.filter(
        kind=kind, recorded_at=at, has_passed=has_passed
    ).first()
    if known:
        return known
    return keep_verification(
        change, deployment, at, kind=kind, has_passed=has_passed, details=details, by=recorded_by
    )


def _known(
    external_id: str,
    repository: Repository | None,
    environment: Environment,
    revision: str,
    at: datetime,
) -> Deployment | None:
    if external_id:
        return Deployment.objects.filter(external_id=external_id).first()
    return Deployment.objects.filter(
        repository=repository,
        environment=environment,
        revision=revision,
        started_at=at,
        is_reported=True,
    ).first()


def _check_within(deployment: Deployment, at: datetime) -> None:
    if at < deployment.started_at:
        raise Invalid({"at": f"{at.isoformat()} is before the deployment began."})
    if deployment.finished_at and at > deployment.finished_at:
        raise NotNow(f"{deployment} ended at {deployment.finished_at.isoformat()}.")


def _end_stages_before(deployment: Deployment, at: datetime) -> None:
    """A stage that is heard of late may also cut short the one that it followed."""
    runs_on = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    for stage in deployment.stages.filter(runs_on, started_at__lte=at):
        stage.ended_at, stage.result = at, StageResult.HEALTHY
        stage.save()
        announce(Announcement("stage.ended", stage, at, None, deployment.change))


def _result_of(deployment: Deployment) -> StageResult:
    has_succeeded = deployment.outcome == DeploymentOutcome.SUCCEEDED
    return StageResult.HEALTHY if has_succeeded else StageResult.HALTED
