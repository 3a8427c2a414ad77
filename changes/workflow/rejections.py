"""Saying no to a request: back to its requester, or for good."""

from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Approval, ChangeRequest, Person
from changes.queries.facts import facts_of
from changes.queries.rota import on_call_at
from changes.rules.facts import ChangeFacts
from changes.states import Action
from changes.vocabulary import ApprovalRole, Decision, Role
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import begin, enter, save


@transaction.atomic
def return_request(
    *, request: ChangeRequest, actor: Person, at: datetime, reason: str
) -> ChangeRequest:
    """Back to a draft, to be mended and submitted anew: the policy in force then judges it
    (decision 0020). Decisions stay on record, and count again where the wording is the same.
    """
    change = begin(request, Action.RETURN, actor, at)
    _check_other(change, actor, "returns")
    _check_reason(reason)
    change.submitted_at = change.policy_version = change.counted_at = change.planned_for = None
    enter(change, Action.RETURN)
    save(change, Action.RETURN, actor, at, reason_length=len(reason))
    return change


@transaction.atomic
def reject_request(
    *,
    request: ChangeRequest,
    actor: Person,
    at: datetime,
    reason: str,
    revision: str,
    request_digest: str,
) -> Approval:
    """The end of the request, by somebody who could approve it; the decision names what was
    rejected. Refused where that moved on.
    """
    change = begin(request, Action.REJECT, actor, at)
    facts = _check_other(change, actor, "rejects")
    _check_reason(reason)
    if (revision, request_digest) != (facts.head_revision, facts.request_digest):
        raise NotNow(f"{change.key} moved on while you read it: look at it again, then decide.")
    decision, is_new = change.approvals.get_or_create(
        person=actor,
        role=ApprovalRole.TECH_LEAD if Role.TECH_LEAD in actor.roles else ApprovalRole.ON_CALL,
        revision=revision,
        request_digest=request_digest,
        defaults=_kept(actor, facts, revision, at, reason),
    )
    if not is_new:
        raise NotNow(f"You have approved {change.key} as it stands: another rejects it.")
    announce(Announcement("approval.refused", decision, at, actor, change))
    enter(change, Action.REJECT)
    save(change, Action.REJECT, actor, at)
    return decision


def _kept(
    actor: Person, facts: ChangeFacts, revision: str, at: datetime, reason: str
) -> dict[str, Any]:
    """The decision, with what the person was at that moment."""
    return {
        "roles_held": sorted(actor.roles),
        "systems_led": [s.slug for s in facts.systems if actor.pk in s.tech_leads],
        "was_on_call": actor in on_call_at(at),
        "decision": Decision.REJECTED,
        "patch_id": facts.patch_id_of(revision),
        "comment": reason,
        "decided_at": at,
    }


def _check_other(change: ChangeRequest, actor: Person, what: str) -> ChangeFacts:
    facts = facts_of(change)
    if actor.pk in facts.authors:
        raise NotPermitted(f"{actor.name} is an author of {change.key}: another {what} it.")
    return facts


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": "Say why, so that the requester knows what to do."})
