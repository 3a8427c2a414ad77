"""Watching a rollout and verifying what it brought."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Deployment, HealthSample, Person, Verification
from changes.states import Action
from changes.vocabulary import State, VerificationKind, label
from changes.workflow.refusals import Invalid
from changes.workflow.rollout_steps import begin_step, open_post_mortem
from changes.workflow.steps import check_time, save


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
    change, deployment = begin_step(deployment, Action.VERIFY, actor, at)
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
        open_post_mortem(change, f"Verification failed: {label(kind)}.", at, actor)
    latest = {v.kind: v.has_passed for v in deployment.verifications.order_by("recorded_at", "pk")}
    if all(latest.get(kind.value) for kind in VerificationKind):
        change.state = State.VERIFIED
        save(change, Action.VERIFY, actor, at)
    return verification
