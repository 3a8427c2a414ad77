"""Database to rule facts: the pipeline, the rollout and what came of it."""

from collections.abc import Sequence

from changes.models import (
    ChangeRequest,
    Deployment,
    HealthSample,
    Person,
    PipelineRun,
    Rollback,
    RolloutStage,
    TriggerFiring,
)
from changes.queries.policies import reporting_date
from changes.rules.facts import (
    DeploymentFacts,
    IncidentReviewFacts,
    PersonFacts,
    PostMortemFacts,
    RunFacts,
    SampleFacts,
)
from changes.rules.outcomes import (
    ActionItemFacts,
    AlertFacts,
    RollbackFacts,
    StageFacts,
    VerificationFacts,
)
from changes.vocabulary import (
    PersonKind,
    PipelineStage,
    RollbackTrigger,
    RunOutcome,
    VerificationKind,
)

ALERT = RollbackTrigger.ALERT


def known(person: Person) -> PersonFacts:
    return PersonFacts(person.pk, person.name, PersonKind(person.kind))


def person_facts(person: Person | None) -> PersonFacts | None:
    return known(person) if person else None


def samples_of(changes: Sequence[ChangeRequest]) -> dict[int, tuple[SampleFacts, ...]]:
    """Health samples by the primary key of their deployment, in one query."""
    deployments = [d.pk for change in changes for d in change.deployments.all()]
    rows = HealthSample.objects.filter(deployment__in=deployments).values_list(
        "deployment_id", "taken_at", "error_rate_percent", "latency_p95_ms", "is_healthy"
    )
    found: dict[int, list[SampleFacts]] = {}
    for deployment, at, errors, latency, is_healthy in rows:
        found.setdefault(deployment, []).append(SampleFacts(at, errors, latency, is_healthy))
    return {deployment: tuple(samples) for deployment, samples in found.items()}


def run_facts(run: PipelineRun) -> RunFacts:
    return RunFacts(
        revision=run.revision,
        stage=PipelineStage(run.stage),
        check=run.check_name,
        outcome=RunOutcome(run.outcome),
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def deployment_facts(deployment: Deployment, samples: tuple[SampleFacts, ...]) -> DeploymentFacts:
    verifications = list(deployment.verifications.all())
    latest = {v.kind: v.has_passed for v in verifications}
    stages = list(deployment.stages.all())
    return DeploymentFacts(
        revision=deployment.revision,
        started_at=deployment.started_at,
        started_by=person_facts(deployment.started_by),
        roles_held=frozenset(deployment.roles_held),
        finished_at=deployment.finished_at,
        outcome=deployment.outcome,
        policy=deployment.policy_version.as_policy(),
        artifact_digest=deployment.artifact_digest,
        stages=tuple(stage.name for stage in stages),
        stage_records=tuple(_stage(stage) for stage in stages),
        samples=samples,
        alerts=tuple(_alert(f) for f in deployment.firings.all() if f.trigger == ALERT),
        rollback=_rollback(getattr(deployment, "rollback", None)),
        verifications=tuple(
            VerificationFacts(VerificationKind(v.kind), v.has_passed, v.recorded_at, v.details)
            for v in verifications
        ),
        verified=frozenset(kind for kind, ok in latest.items() if ok),
        failed_verifications=frozenset(kind for kind, ok in latest.items() if not ok),
    )


def post_mortem_facts(change: ChangeRequest) -> PostMortemFacts | None:
    post_mortem = getattr(change, "post_mortem", None)
    if post_mortem is None:
        return None
    return PostMortemFacts(
        written_by=person_facts(post_mortem.written_by),
        approved_by=person_facts(post_mortem.approved_by),
        action_items=tuple(
            ActionItemFacts(i.title, known(i.owner), i.due_on, is_done=i.done_at is not None)
            for i in post_mortem.action_items.all()
        ),
    )


def incident_review_facts(change: ChangeRequest) -> IncidentReviewFacts | None:
    review = getattr(change, "post_incident_review", None)
    if review is None:
        return None
    held_on = reporting_date(review.held_at) if review.held_at else None
    return IncidentReviewFacts(review.due_on, held_on, person_facts(review.reviewed_by))


def _stage(stage: RolloutStage) -> StageFacts:
    return StageFacts(
        stage.name, stage.started_at, stage.ended_at, person_facts(stage.observer), stage.result
    )


def _alert(firing: TriggerFiring) -> AlertFacts:
    name = str(firing.observed.get("alert", "of the monitoring"))
    return AlertFacts(name, firing.fired_at, firing.observed)


def _rollback(rollback: Rollback | None) -> RollbackFacts | None:
    if rollback is None or rollback.finished_at is None:  # asked for is not done
        return None
    return RollbackFacts(
        trigger=RollbackTrigger(rollback.trigger),
        reason=rollback.reason,
        started_at=rollback.started_at,
        observed=rollback.observed,
        started_by=person_facts(rollback.started_by),
        finished_at=rollback.finished_at,
    )
