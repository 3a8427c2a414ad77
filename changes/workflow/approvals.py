"""Deciding on a change request."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from changes import clock
from changes.announcements import Announcement, announce
from changes.models import Approval, ChangeRequest, Person
from changes.queries.facts import facts_of
from changes.queries.rota import on_call_at
from changes.rules.approvals import tech_lead_may_stand_in
from changes.rules.facts import ChangeFacts
from changes.states import Action
from changes.vocabulary import ApprovalRole, Category, Decision, Role
from changes.workflow.refusals import NotNow, NotPermitted
from changes.workflow.steps import begin


@transaction.atomic
def approve_request(
    *,
    request: ChangeRequest,
    actor: Person,
    at: datetime,
    role: ApprovalRole,
    revision: str,
    request_digest: str,
    comment: str = "",
) -> Approval:
    """`revision` and `request_digest` are what the approver was shown: if either moved on,
    it is refused. What the person is at this moment is kept with the decision.
    """
    change = begin(request, Action.APPROVE, actor, at)
    facts = facts_of(change)
    systems_led = [system.slug for system in facts.systems if actor.pk in system.tech_leads]
    on_call = on_call_at(at)
    if refusal := _why_not_as(role, actor, facts, systems_led, on_call=on_call, at=at):
        raise NotPermitted(refusal)
    if (revision, request_digest) != (facts.head_revision, facts.request_digest):
        raise NotNow(f"{change.key} moved on while you read it: look at it again, then decide.")
    approval, is_new = change.approvals.get_or_create(
        person=actor,
        role=role,
        revision=revision,
        request_digest=request_digest,
        defaults={
            "roles_held": sorted(actor.roles),
            "systems_led": systems_led,
            "was_on_call": actor in on_call,
            "decision": Decision.APPROVED,
            "patch_id": facts.patch_id_of(revision),
            "comment": comment,
            "decided_at": at,
        },
    )
    if not is_new:
        raise NotNow(f"You have approved {change.key} as {role} already.")
    announce(Announcement("approval.given", approval, at, actor, change))
    return approval


def _why_not_as(
    role: ApprovalRole,
    actor: Person,
    facts: ChangeFacts,
    systems_led: list[str],
    *,
    on_call: Sequence[Person],
    at: datetime,
) -> str | None:
    if actor.pk in facts.authors:
        return f"{actor.name} is an author of {facts.key}, and authors do not approve their own."
    if facts.last_pusher and actor.pk == facts.last_pusher.id:
        return f"{actor.name} pushed the last commit of {facts.key}: another person approves it."
    if role is ApprovalRole.TECH_LEAD and not (systems_led and Role.TECH_LEAD in actor.roles):
        return f"{actor.name} is not a tech lead of a system that {facts.key} affects."
    if role is ApprovalRole.ON_CALL:
        if facts.category is not Category.EMERGENCY:
            return "The engineer on call approves emergencies only."
        stands_in = Role.TECH_LEAD in actor.roles and tech_lead_may_stand_in(facts, at)
        if actor not in on_call and not stands_in:
            names = " and ".join(person.name for person in on_call) or "nobody"
            return f"{actor.name} is not on call now: {names} is."
    return None


def approval_roles_open_to(
    actor: Person, facts: ChangeFacts, *, on_call: Sequence[Person]
) -> list[ApprovalRole]:
    """The capacities in which this person could approve now; what a page offers."""
    systems_led = [system.slug for system in facts.systems if actor.pk in system.tech_leads]
    offered = [ApprovalRole.TECH_LEAD, ApprovalRole.PEER_REVIEWER]
    if facts.category is Category.EMERGENCY:
        offered = [ApprovalRole.ON_CALL, *offered]
    return [
        role
        for role in offered
        if _why_not_as(role, actor, facts, systems_led, on_call=on_call, at=clock.now()) is None
    ]
