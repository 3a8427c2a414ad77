"""Deploying in stages, from the start of a deployment to its last stage."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min

from changes.announcements import Announcement, announce
from changes.models import (
    ChangeRequest,
    Deployment,
    Person,
    Repository,
    RolloutStage,
)
from changes.queries.facts import facts_to_deploy
from changes.queries.judgements import reasons_against_deployment
from changes.queries.policies import version_in_force
from changes.states import STEPS, Action
from changes.vocabulary import (
    DeploymentOutcome,
    Environment,
    RolloutStageName,
    StageResult,
)
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.releases import keep_release
from changes.workflow.rollout_steps import (
    begin_step,
    check_not_halted,
    end_running_stage,
    finish_rollout,
    next_stage,
    to_production,
)
from changes.workflow.steps import begin, check_rules, check_time, enter, locked, save


@transaction.atomic
def start_deployment(
    *,
    request: ChangeRequest,
    actor: Person,
    at: datetime,
    revision: str,
    repository: Repository | None = None,
    artifact_digest: str = "",
) -> Deployment:
    """A person releases and deploys from the portal: refused while a rule stands against it."""
    change = begin(request, Action.START_DEPLOYMENT, actor, at)
    if _running(change):
        raise NotNow(f"{change.key} has a deployment under way: finish it or roll it back first.")
    reasons = reasons_against_deployment(
        facts_to_deploy(change), change.policy_version, at, revision
    )
    if reasons:
        raise NotNow(" ".join(finding.sentence for finding in reasons))
    return record_deployment(
        request=change,
        started_by=actor,
        at=at,
        revision=revision,
        released_by=actor,
        repository=repository,
        artifact_digest=artifact_digest,
    )


@transaction.atomic
def record_deployment(
    *,
    request: ChangeRequest | None,
    started_by: Person | None,
    at: datetime,
    revision: str,
    released_by: Person | None = None,
    **values: Any,
) -> Deployment:
    """A deployment as it happened. It is recorded also where a rule stands against it: then the
    record shows that, instead of hiding it. A change that may not be deployed from its state
    keeps that state. `values` are further columns of the deployment.
    """
    check_time(at)
    if not revision.strip():
        raise Invalid({"revision": "Say which revision is deployed."})
    change = locked(request) if request else None
    deployment = Deployment.objects.create(
        change=change,
        revision=revision,
        started_by=started_by,
        roles_held=sorted(started_by.roles) if started_by else [],
        started_at=at,
        policy_version=version_in_force(at),
        **values,
    )
    announce(Announcement("deployment.started", deployment, at, started_by, change))
    if change and released_by:
        keep_release(change, released_by, revision, at)
    if change and deployment.environment == Environment.PRODUCTION:
        _count(change, started_by, at, revision)
    return deployment


@transaction.atomic
def advance_stage(
    *, deployment: Deployment, actor: Person, at: datetime, stage: RolloutStageName
) -> RolloutStage:
    """Ends the running stage as healthy and begins the next; none is skipped or repeated."""
    change, deployment = begin_step(deployment, Action.ADVANCE_STAGE, actor, at)
    check_not_halted(change, deployment)
    expected = next_stage(change, deployment)
    if stage != expected:
        following = f"the next stage is {expected}" if expected else "every stage has begun"
        raise NotNow(f"{change.key}: {following}, not {stage}.")
    end_running_stage(deployment, actor, at, StageResult.HEALTHY)
    begun = RolloutStage.objects.create(
        deployment=deployment, name=stage, observer=actor, started_at=at
    )
    announce(Announcement("stage.started", begun, at, actor, change))
    return begun


@transaction.atomic
def finish_deployment(*, deployment: Deployment, actor: Person, at: datetime) -> Deployment:
    """Every stage is through: the rollout succeeded."""
    change, deployment = begin_step(deployment, Action.FINISH_DEPLOYMENT, actor, at)
    check_not_halted(change, deployment)
    end_running_stage(deployment, actor, at, StageResult.HEALTHY)
    check_rules(change, Action.FINISH_DEPLOYMENT, at)
    finish_rollout(deployment, DeploymentOutcome.SUCCEEDED, at)
    announce(Announcement("deployment.succeeded", deployment, at, actor, change))
    enter(change, Action.FINISH_DEPLOYMENT)
    save(change, Action.FINISH_DEPLOYMENT, actor, at)
    return deployment


@transaction.atomic
def fail_deployment(*, deployment: Deployment, actor: Person, at: datetime) -> Deployment:
    """It ended before it changed production: the same request may be deployed again."""
    change, deployment = begin_step(deployment, Action.FAIL_DEPLOYMENT, actor, at)
    end_running_stage(deployment, actor, at, StageResult.HALTED)
    finish_rollout(deployment, DeploymentOutcome.FAILED, at)
    announce(Announcement("deployment.failed", deployment, at, actor, change))
    enter(change, Action.FAIL_DEPLOYMENT)
    save(change, Action.FAIL_DEPLOYMENT, actor, at)
    return deployment


def _count(change: ChangeRequest, started_by: Person | None, at: datetime, revision: str) -> None:
    """The change is being deployed, and belongs to the quarter of its first deployment."""
    if change.state in STEPS[Action.START_DEPLOYMENT].start:
        enter(change, Action.START_DEPLOYMENT)
    change.counted_at = to_production(change).aggregate(first=Min("started_at"))["first"]
    save(change, Action.START_DEPLOYMENT, started_by, at, revision=revision)


def _running(change: ChangeRequest) -> bool:
    return to_production(change).filter(outcome=DeploymentOutcome.RUNNING).exists()
