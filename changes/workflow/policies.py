"""Policy versions: proposed by one person, approved by another, never edited; their reviews."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Person, PolicyReview, PolicyVersion, PolicyWithdrawal
from changes.quarters import QuarterError, parse_quarter
from changes.queries.policies import reporting_date, version_in_force, why_overlapping
from changes.roles import Act
from changes.rules.policy import Policy
from changes.rules.policy_values import problems_of
from changes.vocabulary import PolicyState
from changes.workflow.dry_runs import keep_dry_run
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import check_may, check_time


@transaction.atomic
def propose_policy(*, version: PolicyVersion, actor: Person, at: datetime) -> PolicyVersion:
    """Store a new version as a proposal, with its dry run as a job. `version` is not saved yet."""
    check_may(actor, Act.PROPOSE_POLICY)
    if version.pk:
        raise NotNow("A policy version is never edited: propose a new one.")
    if version.effective_on <= reporting_date(at):
        raise Invalid({"effective_on": "A new version takes effect in the future."})
    _check_after_all_others(version)
    version.proposed_by, version.state = actor, PolicyState.PROPOSED
    try:
        version.clean_fields()
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error
    problems = problems_of({name: getattr(version, name) for name in Policy.names()})
    if problems:
        raise Invalid(problems)
    try:
        version.full_clean()
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error
    version.save()
    announce(Announcement("policy.proposed", version, at, actor))
    keep_dry_run(version, actor, at)
    return version


@transaction.atomic
def approve_policy(*, version: PolicyVersion, actor: Person, at: datetime) -> PolicyVersion:
    """Four eyes: whoever proposed it does not approve it."""
    check_may(actor, Act.APPROVE_POLICY)
    version = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    _check_open(version)
    if version.proposed_by_id == actor.pk:
        raise NotPermitted(f"{actor.name} proposed {version}: another person approves it.")
    if version.effective_on <= reporting_date(at):
        raise NotNow(f"{version} would take effect in the past: propose it anew.")
    _check_after_all_others(version)
    version.state, version.approved_by, version.approved_at = PolicyState.APPROVED, actor, at
    version.save()
    announce(Announcement("policy.approved", version, at, actor))
    return version


@transaction.atomic
def withdraw_policy(
    *, version: PolicyVersion, actor: Person, at: datetime, reason: str
) -> PolicyWithdrawal:
    """By whoever proposed it, or by another administrator. The proposal stays as it was, with the
    withdrawal beside it; it is not approved any more, and its number and day stay taken.
    """
    check_may(actor, Act.PROPOSE_POLICY)
    check_time(at)
    version = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    _check_open(version)
    if not reason.strip():
        raise Invalid({"reason": "Say why it is withdrawn."})
    withdrawal = PolicyWithdrawal.objects.create(
        version=version, reason=reason.strip(), withdrawn_by=actor, withdrawn_at=at
    )
    announce(Announcement("policy.withdrawn", withdrawal, at, actor))
    return withdrawal


@transaction.atomic
def sign_policy_review(*, quarter: str, actor: Person, at: datetime, note: str) -> PolicyReview:
    """Once for a quarter that has begun: the version in force is read again, and signed."""
    check_may(actor, Act.REVIEW_POLICY)
    check_time(at)
    try:
        begun = parse_quarter(quarter, settings.REPORTING_TIME_ZONE).start <= at
    except QuarterError as error:
        raise Invalid({"quarter": str(error)}) from error
    if not begun:
        raise NotNow(f"{quarter} has not begun yet.")
    if PolicyReview.objects.filter(quarter=quarter).exists():
        raise NotNow(f"The policy review of {quarter} is signed already.")
    review = PolicyReview.objects.create(
        quarter=quarter,
        policy_version=version_in_force(at),
        reviewed_by=actor,
        reviewed_at=at,
        note=note,
    )
    announce(Announcement("policy.reviewed", review, at, actor))
    return review


def _check_open(version: PolicyVersion) -> None:
    """It waits for a decision: neither approved nor withdrawn."""
    if version.state != PolicyState.PROPOSED:
        raise NotNow(f"{version} is {version.state} already.")
    withdrawal = PolicyWithdrawal.objects.filter(version=version).first()
    if withdrawal:
        who, day = withdrawal.withdrawn_by, f"{withdrawal.withdrawn_at:%Y-%m-%d}"
        raise NotNow(f"{who} withdrew {version} on {day}: {withdrawal.reason}")


def _check_after_all_others(version: PolicyVersion) -> None:
    """Versions follow each other: one that is approved is neither cut short nor overtaken."""
    problem = why_overlapping(version.effective_on)
    if problem:
        raise Invalid({"effective_on": problem})
