"""Deploying in stages, watching, rolling back and verifying."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet

from changes.announcements import Announcement, announce
from changes.models import (
    ChangeRequest,
    Deployment,
    HealthSample,
    Person,
    PostMortem,
    ProductionRelease,
    Repository,
    Rollback,
    RolloutStage,
    Verification,
)
from changes.queries.facts import facts_of
from changes.queries.judgements import reasons_against_deployment
from changes.queries.policies import version_in_force
from changes.states import STEPS, Action
from changes.vocabulary import (
    DeploymentOutcome,
    Environment,
    RollbackTrigger,
    RolloutStageName,
    StageResult,
    State,
    VerificationKind,
    label,
)
from changes.workflow.refusals import Invalid, NotNow
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
    reasons = reasons_against_deployment(facts_of(change), change.policy_version, at, revision)
    if reasons:
        raise NotNow(" ".join(finding.sentence for finding in reasons))
    return record_deployment(
        request=change,
        started_by=actor,
        at=at,
        revision=revision,
        repository=repository,
        artifact_digest=artifact_digest,
        released_by=actor,
    )


@transaction.atomic
def record_deployment(
    *,
    request: ChangeRequest,
    started_by: Person | None,
    at: datetime,
    revision: str,
    repository: Repository | None = None,
    artifact_digest: str = "",
    released_by: Person | None = None,
) -> Deployment:
    """A deployment as its system reports it. It is recorded also where a rule stands against
    it: then the record shows that, instead of hiding it. A change that may not be deployed
    from its state keeps that state.
    """
    check_time(at)
    if not revision.strip():
        raise Invalid({"revision": "Say which revision is deployed."})
    change = locked(request)
    if _running(change):
        raise NotNow(f"{change.key} has a deployment under way: finish it or roll it back first.")
    deployment = Deployment.objects.create(
        change=change,
        repository=repository,
        environment=Environment.PRODUCTION,
        revision=revision,
        artifact_digest=artifact_digest,
        started_by=started_by,
        started_at=at,
        policy_version=version_in_force(at),
    )
    announce(Announcement("deployment.started", deployment, at, started_by, change))
    if released_by:
        _record_release(change, released_by, revision, at)
    if change.state in STEPS[Action.START_DEPLOYMENT].start:
        enter(change, Action.START_DEPLOYMENT)
    change.counted_at = _to_production(change).aggregate(first=Min("started_at"))["first"]
    save(change, Action.START_DEPLOYMENT, started_by, at, revision=revision)
    return deployment


@transaction.atomic
def advance_stage(
    *, deployment: Deployment, actor: Person, at: datetime, stage: RolloutStageName
) -> RolloutStage:
    """Ends the running stage as healthy and begins the next; none is skipped or repeated."""
    change, deployment = _begin(deployment, Action.ADVANCE_STAGE, actor, at)
    expected = _next_stage(change, deployment)
    if stage != expected:
        following = f"the next stage is {expected}" if expected else "every stage has begun"
        raise NotNow(f"{change.key}: {following}, not {stage}.")
    _end_running_stage(deployment, actor, at, StageResult.HEALTHY)
    begun = RolloutStage.objects.create(
        deployment=deployment, name=stage, observer=actor, started_at=at
    )
    announce(Announcement("stage.started", begun, at, actor, change))
    return begun


@transaction.atomic
def record_sample(
    *,
    deployment: Deployment,
    taken_at: datetime,
    error_rate_percent: Decimal | None = None,
    latency_p95_ms: Decimal | None = None,
    is_healthy: bool | None = None,
) -> HealthSample:
    """What monitoring saw at that moment; the same moment again changes nothing."""
    check_time(taken_at)
    if taken_at < deployment.started_at:
        raise Invalid({"taken_at": "The sample is older than its deployment."})
    sample, is_new = HealthSample.objects.get_or_create(
        deployment=deployment,
        taken_at=taken_at,
        defaults={
            "error_rate_percent": error_rate_percent,
            "latency_p95_ms": latency_p95_ms,
            "is_healthy": is_healthy,
        },
    )
    if is_new:
        announce(Announcement("sample.taken", sample, taken_at, None, deployment.change))
    return sample


@transaction.atomic
def finish_deployment(*, deployment: Deployment, actor: Person, at: datetime) -> Deployment:
    """Every stage is through: the rollout succeeded."""
    change, deployment = _begin(deployment, Action.FINISH_DEPLOYMENT, actor, at)
    _end_running_stage(deployment, actor, at, StageResult.HEALTHY)
    check_rules(change, Action.FINISH_DEPLOYMENT, at)
    _finish(deployment, DeploymentOutcome.SUCCEEDED, at)
    announce(Announcement("deployment.succeeded", deployment, at, actor, change))
    enter(change, Action.FINISH_DEPLOYMENT)
    save(change, Action.FINISH_DEPLOYMENT, actor, at)
    return deployment


@transaction.atomic
def roll_back(
    *,
    deployment: Deployment,
    actor: Person,
    at: datetime,
    reason: str,
    trigger: RollbackTrigger = RollbackTrigger.MANUAL,
    observed: dict[str, Any] | None = None,
) -> Rollback:
    """Halts the running stage, records why, and opens the post-mortem."""
    change, deployment = _begin(deployment, Action.ROLL_BACK, actor, at)
    if not reason.strip():
        raise Invalid({"reason": "Say why it is rolled back."})
    _end_running_stage(deployment, actor, at, StageResult.HALTED)
    _finish(deployment, DeploymentOutcome.ROLLED_BACK, at)
    announce(Announcement("deployment.rolled_back", deployment, at, actor, change))
    rollback = Rollback.objects.create(
        deployment=deployment,
        trigger=trigger,
        reason=reason,
        observed=observed or {},
        started_by=actor,
        started_at=at,
        finished_at=at,
    )
    announce(Announcement("rollback.done", rollback, at, actor, change))
    _open_post_mortem(change, f"Rolled back ({label(trigger)}): {reason}", at, actor)
    enter(change, Action.ROLL_BACK)
    save(change, Action.ROLL_BACK, actor, at, trigger=trigger.value)
    return rollback


@transaction.atomic
def record_verification(
    *,
    deployment: Deployment,
    actor: Person,
    at: datetime,
    kind: VerificationKind,
    has_passed: bool,
    details: dict[str, Any] | None = None,
) -> Verification:
    """One result; when all three have passed the change is verified. A failed one opens
    a post-mortem.
    """
    change, deployment = _begin(deployment, Action.VERIFY, actor, at)
    verification = Verification.objects.create(
        deployment=deployment,
        kind=kind,
        has_passed=has_passed,
        details=details or {},
        recorded_by=actor,
        recorded_at=at,
    )
    announce(Announcement("verification.recorded", verification, at, actor, change))
    if not has_passed:
        _open_post_mortem(change, f"Verification failed: {label(kind)}.", at, actor)
    latest = {v.kind: v.has_passed for v in deployment.verifications.order_by("recorded_at", "pk")}
    if all(latest.get(kind.value) for kind in VerificationKind):
        change.state = State.VERIFIED
        save(change, Action.VERIFY, actor, at)
    return verification


def _record_release(
    change: ChangeRequest, person: Person, revision: str, at: datetime
) -> ProductionRelease:
    release, is_new = ProductionRelease.objects.get_or_create(
        change=change, revision=revision, defaults={"person": person, "released_at": at}
    )
    if is_new:
        announce(Announcement("release.given", release, at, person, change))
    return release


def _begin(
    deployment: Deployment, action: Action, actor: Person, at: datetime
) -> tuple[ChangeRequest, Deployment]:
    """The change and its deployment as they are now, both held; refused for an earlier one."""
    if deployment.change is None:
        raise NotNow("This deployment belongs to no change request: link it first.")
    change = begin(deployment.change, action, actor, at)
    current = _to_production(change).select_for_update().latest("started_at", "pk")
    if current.pk != deployment.pk:
        raise NotNow(f"{change.key} was deployed again since: look at its latest deployment.")
    if at < _last_step(current):
        raise Invalid({"at": f"{at.isoformat()} is before the last step of the rollout."})
    return change, current


def _last_step(deployment: Deployment) -> datetime:
    stages = [stage.started_at for stage in deployment.stages.all()]
    finished = [deployment.finished_at] if deployment.finished_at else []
    return max([deployment.started_at, *stages, *finished])


def _to_production(change: ChangeRequest) -> QuerySet[Deployment]:
    return change.deployments.filter(environment=Environment.PRODUCTION)


def _running(change: ChangeRequest) -> bool:
    return _to_production(change).filter(outcome=DeploymentOutcome.RUNNING).exists()


def _next_stage(change: ChangeRequest, deployment: Deployment) -> str | None:
    """By the policy that judges the change."""
    policy = change.policy_version or deployment.policy_version
    stages, begun = policy.rollout_stages, deployment.stages.count()
    return stages[begun] if begun < len(stages) else None


def _end_running_stage(
    deployment: Deployment, actor: Person, at: datetime, result: StageResult
) -> None:
    running = deployment.stages.filter(ended_at__isnull=True).first()
    if running:
        running.ended_at, running.result = at, result
        running.save()
        announce(Announcement("stage.ended", running, at, actor, deployment.change))


def _finish(deployment: Deployment, outcome: DeploymentOutcome, at: datetime) -> None:
    deployment.outcome, deployment.finished_at = outcome, deployment.finished_at or at
    deployment.save()


def _open_post_mortem(change: ChangeRequest, reason: str, at: datetime, actor: Person) -> None:
    post_mortem, is_new = PostMortem.objects.get_or_create(
        change=change, defaults={"opened_at": at, "reason": reason}
    )
    if is_new:
        announce(Announcement("post_mortem.opened", post_mortem, at, actor, change))
