"""What waits for whom."""

from dataclasses import dataclass
from datetime import datetime

from changes.models import ChangeRequest, Person
from changes.queries.judgements import Judgement
from changes.queries.listing import ListedChange, judged
from changes.queries.rota import on_call_at
from changes.roles import DEPLOYERS, REQUESTERS
from changes.rules.deployment import FIRST_CLEAR
from changes.rules.pipeline import may_be_released
from changes.vocabulary import State

SHOWN = 50
CONSIDERED = 200
UNDER_WAY = (
    State.DRAFT,
    State.SUBMITTED,
    State.DEPLOYING,
    State.DEPLOYED,
    State.VERIFIED,
    State.ROLLED_BACK,
)


@dataclass(frozen=True)
class Request:
    """A change that somebody asks this person to act on; `asks` says how."""

    row: ListedChange
    asks: str


def own_changes(person: Person, at: datetime) -> list[ListedChange]:
    """What this person asked for and is not over yet, the newest first."""
    mine = ChangeRequest.objects.filter(requester=person, state__in=UNDER_WAY)
    return judged(mine.order_by("-number")[:SHOWN], at)


def requests_to(person: Person, at: datetime) -> list[Request]:
    """Changes of others that wait for a decision or a step of this person, the oldest first."""
    waiting = ChangeRequest.objects.filter(state__in=UNDER_WAY[1:]).exclude(requester=person)
    rows = judged(waiting.order_by("number")[:CONSIDERED], at)
    on_call = person in on_call_at(at)
    asked = [Request(row, asked_of(person, row.judgement, is_on_call=on_call)) for row in rows]
    return [request for request in asked if request.asks]


def asked_of(person: Person, judgement: Judgement, *, is_on_call: bool) -> str:
    """What this person could do to bring the change on; empty for nothing."""
    state = State(judgement.change.state)
    may_deploy = bool(person.roles & DEPLOYERS)
    if state is State.SUBMITTED and judgement.approved_at:
        return "Ready to deploy" if may_deploy and _is_ready(judgement) else ""
    if state is State.SUBMITTED:
        return _approval_asked_of(person, judgement, is_on_call=is_on_call)
    asks = {State.DEPLOYING: "Watch the rollout", State.DEPLOYED: "Record the verification"}
    return asks.get(state, "") if may_deploy else ""


def _approval_asked_of(person: Person, judgement: Judgement, *, is_on_call: bool) -> str:
    if person.pk in judgement.facts.authors or not person.roles & REQUESTERS:
        return ""
    open_rules = _open_rules(judgement)
    leads_one = any(person.pk in system.tech_leads for system in judgement.facts.systems)
    lead_rules = {"tech_lead_of_every_system", "tech_lead_for_infrastructure"}
    if leads_one and open_rules & lead_rules and not _has_decided(person, judgement):
        return "Approve as tech lead"
    if "approval_by_on_call" in open_rules and (is_on_call or leads_one):
        return "Approve the emergency"
    reviews = {"peer_review_by_another_person", "code_review_approved"}
    if open_rules & reviews and not _has_decided(person, judgement):
        return "Review as a peer"
    return ""


def _has_decided(person: Person, judgement: Judgement) -> bool:
    head, digest = judgement.facts.head_revision, judgement.facts.request_digest
    return any(
        (approval.person.id, approval.revision, approval.request_digest)
        == (person.pk, head, digest)
        for approval in judgement.facts.approvals
    )


def _is_ready(judgement: Judgement) -> bool:
    facts, policy = judgement.facts, judgement.policy.as_policy()
    release = may_be_released(facts, policy, facts.head_revision, facts.judged_at)
    first = {rule.__name__ for rule in FIRST_CLEAR}
    return release.is_clear and not _open_rules(judgement) & first


def _open_rules(judgement: Judgement) -> set[str]:
    return {finding.rule for finding in judgement.findings if finding.is_open}
