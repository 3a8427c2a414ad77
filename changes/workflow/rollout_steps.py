"""What every step of a rollout does: hold the deployment, end its stage, finish it."""

from datetime import datetime

from django.db.models import QuerySet

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Deployment, Person, PostMortem, RolloutHalt
from changes.states import Action
from changes.vocabulary import (
    DeploymentOutcome,
    Environment,
    StageResult,
    State,
    VerificationKind,
)
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.steps import begin, locked


def begin_step(
    deployment: Deployment, action: Action, actor: Person, at: datetime
) -> tuple[ChangeRequest, Deployment]:
    """The change and its deployment as they are now, both held; refused for an earlier one."""
    if deployment.change is None:
        raise NotNow("This deployment belongs to no change request: link it first.")
    change = begin(deployment.change, action, actor, at)
    current = to_production(change).select_for_update().latest("started_at", "pk")
    if current.pk != deployment.pk:
        raise NotNow(f"{change.key} was deployed again since: look at its latest deployment.")
    if at < _last_step(current):
        raise Invalid({"at": f"{at.isoformat()} is before the last step of the rollout."})
    return change, current


def held(deployment: Deployment) -> tuple[ChangeRequest | None, Deployment]:
    """The deployment as it is now, with its change if it has one; both held."""
    change = locked(deployment.change) if deployment.change else None
    return change, Deployment.objects.select_for_update().get(pk=deployment.pk)


def open_halt(deployment: Deployment) -> RolloutHalt | None:
    return deployment.halts.filter(resumed_at__isnull=True).first()


def check_not_halted(change: ChangeRequest, deployment: Deployment) -> None:
    halt = open_halt(deployment)
    if halt:
        raise NotNow(f"The rollout of {change.key} is halted: resume it or roll it back.")


def is_latest(change: ChangeRequest, deployment: Deployment) -> bool:
    """The state of a change follows its latest deployment to production only."""
    latest = to_production(change).order_by("started_at", "pk").last()
    return latest is not None and latest.pk == deployment.pk


def state_after_deployment(change: ChangeRequest) -> State | None:
    """Where its latest deployment to production has brought it; None where there is none, and
    where it failed and never reached production.
    """
    latest = to_production(change).order_by("started_at", "pk").last()
    if latest is None:
        return None
    is_whole = is_verified(latest)
    return {
        DeploymentOutcome.RUNNING: State.DEPLOYING,
        DeploymentOutcome.SUCCEEDED: State.VERIFIED if is_whole else State.DEPLOYED,
        DeploymentOutcome.ROLLED_BACK: State.ROLLED_BACK,
    }.get(DeploymentOutcome(latest.outcome))


def is_verified(deployment: Deployment) -> bool:
    """The newest result of each kind has passed."""
    rows = deployment.verifications.order_by("recorded_at", "pk")
    latest = dict(rows.values_list("kind", "has_passed"))
    return all(latest.get(kind.value) for kind in VerificationKind)


def next_stage(change: ChangeRequest | None, deployment: Deployment) -> str | None:
    """By the policy that judges the change."""
    policy = (change.policy_version if change else None) or deployment.policy_version
    stages, begun = policy.rollout_stages, deployment.stages.count()
    return stages[begun] if begun < len(stages) else None


def _last_step(deployment: Deployment) -> datetime:
    stages = [stage.started_at for stage in deployment.stages.all()]
    finished = [deployment.finished_at] if deployment.finished_at else []
    return max([deployment.started_at, *stages, *finished])


def to_production(change: ChangeRequest) -> QuerySet[Deployment]:
    return change.deployments.filter(environment=Environment.PRODUCTION)


def end_running_stage(
    deployment: Deployment, actor: Person | None, at: datetime, result: StageResult
) -> None:
    running = deployment.stages.filter(ended_at__isnull=True).first()
    if running:
        running.ended_at, running.result = at, result
        running.save()
        announce(Announcement("stage.ended", running, at, actor, deployment.change))


def finish_rollout(deployment: Deployment, outcome: DeploymentOutcome, at: datetime) -> None:
    deployment.outcome, deployment.finished_at = outcome, deployment.finished_at or at
    deployment.save()


def open_post_mortem(
    change: ChangeRequest | None, reason: str, at: datetime, actor: Person | None
) -> None:
    """None is open without a change: there is nothing that could be closed."""
    if change is None:
        return
    post_mortem, is_new = PostMortem.objects.get_or_create(
        change=change, defaults={"opened_at": at, "reason": reason}
    )
    if is_new:
        announce(Announcement("post_mortem.opened", post_mortem, at, actor, change))
