"""Verifying what a rollout brought."""

from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Deployment, Person, Verification
from changes.rules.verification import why_degraded
from changes.states import STEPS, Action
from changes.vocabulary import State, VerificationKind, label
from changes.workflow.rollout_steps import begin_step, is_verified, open_post_mortem
from changes.workflow.steps import save


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
    return keep_verification(
        change, deployment, at, kind=kind, has_passed=has_passed, details=details, by=actor
    )


def keep_verification(
    change: ChangeRequest | None,
    deployment: Deployment,
    at: datetime,
    *,
    kind: VerificationKind,
    has_passed: bool,
    details: dict[str, Any] | None,
    by: Person | None,
) -> Verification:
    """What a result leaves, recorded by a person or reported; both rows are held. A KPI that is
    degraded beyond its tolerance has failed, whatever was said of it.
    """
    if kind is VerificationKind.KPI and why_degraded(details or {}):
        has_passed = False
    verification = Verification.objects.create(
        deployment=deployment,
        kind=kind,
        has_passed=has_passed,
        details=details or {},
        recorded_by=by,
        recorded_at=at,
    )
    announce(Announcement("verification.recorded", verification, at, by, change))
    if not has_passed:
        open_post_mortem(change, f"Verification failed: {label(kind)}.", at, by)
    if change and is_verified(deployment) and change.state in STEPS[Action.VERIFY].start:
        change.state = State.VERIFIED
        save(change, Action.VERIFY, by, at)
    return verification
