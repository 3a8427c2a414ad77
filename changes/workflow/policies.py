"""Policy versions: proposed by one person, approved by another, never edited."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Person, PolicyVersion
from changes.permissions import why_may_not
from changes.queries.policies import reporting_date
from changes.roles import Act
from changes.vocabulary import PolicyState
from changes.workflow.refusals import Invalid, NotNow, NotPermitted


@transaction.atomic
def propose_policy(*, version: PolicyVersion, actor: Person, at: datetime) -> PolicyVersion:
    """Store a new version as a proposal. `version` is not saved yet."""
    _check(actor, Act.PROPOSE_POLICY)
    if version.pk:
        raise NotNow("A policy version is never edited: propose a new one.")
    if version.effective_on <= reporting_date(at):
        raise Invalid({"effective_on": "A new version takes effect in the future."})
    version.proposed_by, version.state = actor, PolicyState.PROPOSED
    try:
        version.full_clean()
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error
    version.save()
    announce(Announcement("policy.proposed", version, at, actor))
    return version


@transaction.atomic
def approve_policy(*, version: PolicyVersion, actor: Person, at: datetime) -> PolicyVersion:
    """Four eyes: whoever proposed it does not approve it."""
    _check(actor, Act.APPROVE_POLICY)
    version = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != PolicyState.PROPOSED:
        raise NotNow(f"{version} is {version.state} already.")
    if version.proposed_by_id == actor.pk:
        raise NotPermitted(f"{actor.name} proposed {version}: another person approves it.")
    if version.effective_on <= reporting_date(at):
        raise NotNow(f"{version} would take effect in the past: propose it anew.")
    version.state, version.approved_by, version.approved_at = PolicyState.APPROVED, actor, at
    version.save()
    announce(Announcement("policy.approved", version, at, actor))
    return version


def _check(actor: Person, act: Act) -> None:
    refusal = why_may_not(actor, act)
    if refusal:
        raise NotPermitted(refusal)
