"""Approvals: who must approve, who may, and for what an approval counts."""

from collections.abc import Iterable
from datetime import datetime

from changes.rules.facts import (
    ApprovalFacts,
    ChangeFacts,
    PersonFacts,
    ReviewFacts,
    SystemFacts,
)
from changes.rules.findings import Finding, failed, not_applicable, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.vocabulary import ApprovalRole, Category, Decision, PersonKind, ReviewState, Role

UNSEEN = "The imported history shows no approvals or reviews."
EMERGENCY_ROLES = (ApprovalRole.ON_CALL, ApprovalRole.TECH_LEAD)


def why_not_counted(approval: ApprovalFacts, facts: ChangeFacts) -> str | None:
    """The sentence why an approval does not count, or None where it does."""
    person = approval.person
    if person.kind is not PersonKind.HUMAN:
        return f"{person.name} is a {person.kind}, and only people approve."
    if person.id in facts.authors:
        return f"{person.name} is an author of the change."
    if facts.last_pusher and person.id == facts.last_pusher.id:
        return f"{person.name} pushed the last commit of the change."
    if _is_rejected(approval, facts):
        return f"{person.name} rejected it afterwards."
    if approval.request_digest != facts.request_digest:
        return f"The request was edited after {person.name} approved it."
    if not facts.is_before_deployment(approval.decided_at):
        return f"{person.name} approved it after it was deployed."
    if _covers(approval.revision, approval.patch_id, facts):
        return None
    return f"{person.name} approved {_other_revision(approval, facts)}"


def counted(facts: ChangeFacts) -> list[ApprovalFacts]:
    """Approvals that stand: each person's latest in a role, of those that count."""
    standing = [
        approval
        for approval in sorted(facts.approvals, key=_decided_at)
        if approval.decision is Decision.APPROVED and why_not_counted(approval, facts) is None
    ]
    return list({(a.person.id, a.role): a for a in standing}.values())


def tech_lead_of_every_system(facts: ChangeFacts, policy: Policy) -> Finding:
    """Normal changes: tech leads of each affected system, as many as the policy says."""
    rule = "tech_lead_of_every_system"
    if facts.category is not Category.NORMAL:
        return not_applicable(rule, f"Asked of other categories than {facts.category}.")
    return _tech_leads(facts, policy, rule, facts.systems)


def tech_lead_for_infrastructure(facts: ChangeFacts, policy: Policy) -> Finding:
    """Infrastructure and architecture: the system's tech lead, whatever the category.

    Where the request declares it, that means every affected system.
    """
    rule = "tech_lead_for_infrastructure"
    if not facts.touches_infrastructure:
        return not_applicable(rule, "It touches no infrastructure or architecture.")
    flagged = tuple(system for system in facts.systems if system.is_infrastructure)
    systems = facts.systems if facts.is_infrastructure else flagged
    finding = _tech_leads(facts, policy, rule, systems)
    if finding.is_open and facts.category is Category.EMERGENCY and not facts.is_imported:
        return _in_the_review(facts, rule, systems)
    return finding


def _in_the_review(facts: ChangeFacts, rule: str, systems: tuple[SystemFacts, ...]) -> Finding:
    """An emergency's tech lead may follow in the post-incident review: then by holding it."""
    review = facts.incident_review
    if review is None or review.held_on is None:
        return not_applicable(rule, "It may follow in the post-incident review of an emergency.")
    person = review.reviewed_by
    lacking = [s.name for s in systems if person is None or person.id not in s.tech_leads]
    if person and not lacking and person.id not in facts.authors:
        return passed(rule, f"{person.name} approved it in the post-incident review.")
    names = " and of ".join(lacking) or "the system who did not make it"
    return failed(rule, f"The post-incident review was held without a tech lead of {names}.")


def peer_review_by_another_person(facts: ChangeFacts, policy: Policy) -> Finding:
    """Normal changes: peer reviewers who are neither authors nor needed as tech leads."""
    rule = "peer_review_by_another_person"
    if facts.category is not Category.NORMAL:
        return not_applicable(rule, f"Asked of other categories than {facts.category}.")
    needed = policy.peer_reviewers_minimum
    peers = _peers_beside_tech_leads(facts, policy)
    if len(peers) >= needed:
        return passed(rule, f"Reviewed by {_names(peers.values())}.", reviewers=sorted(peers))
    return _open(facts, rule, _with_reasons(f"Waits for a peer review ({needed} needed).", facts))


def approval_by_on_call(facts: ChangeFacts, policy: Policy) -> Finding:
    """Emergencies: the engineer on call at that moment. Where an author is on call,
    another on-call engineer or a tech lead.
    """
    rule = "approval_by_on_call"
    if facts.category is not Category.EMERGENCY:
        return not_applicable(rule, f"Asked of other categories than {facts.category}.")
    allowed = [
        approval.person
        for approval in counted(facts)
        if approval.role in EMERGENCY_ROLES
        and (approval.was_on_call or _stands_in(approval, facts))
    ]
    if allowed:
        return passed(rule, f"Approved by {_names(allowed)}.", approvers=[p.id for p in allowed])
    return _open(facts, rule, _with_reasons("Waits for the engineer on call.", facts))


def tech_lead_may_stand_in(facts: ChangeFacts, at: datetime) -> bool:
    """For the engineer on call: when an author is, or when nobody is."""
    on_call = facts.on_call_at(at)
    return not on_call or bool(on_call & set(facts.authors))


def peer_reviewers(facts: ChangeFacts) -> dict[int, PersonFacts]:
    """Who reviewed the tested revision and approved it, in the portal or on the git host."""
    people = [a.person for a in counted(facts) if a.role is ApprovalRole.PEER_REVIEWER]
    people += [
        review.person
        for review in facts.reviews
        if review.state is ReviewState.APPROVED
        and review.person.kind is PersonKind.HUMAN
        and facts.is_before_deployment(review.submitted_at)
        and not _is_withdrawn(review, facts)
        and _covers(review.revision, facts.patch_id_of(review.revision), facts)
    ]
    makers = {*facts.authors, *([facts.last_pusher.id] if facts.last_pusher else [])}
    return {person.id: person for person in people if person.id not in makers}


APPROVAL_RULES = (
    tech_lead_of_every_system,
    tech_lead_for_infrastructure,
    peer_review_by_another_person,
    approval_by_on_call,
)


def _covers(revision: str, patch_id: str, facts: ChangeFacts) -> bool:
    """The tested revision itself, or another with the same diff, where the diff is known."""
    is_same_diff = bool(patch_id) and patch_id == facts.tested_patch_id
    return is_same_diff or revision == facts.tested_revision


def _other_revision(approval: ApprovalFacts, facts: ChangeFacts) -> str:
    """Which revision, and why it does not stand for the one that is judged."""
    if not approval.revision:
        return "no revision."
    shown = f"another revision ({approval.revision[:12]})"
    if approval.patch_id and facts.tested_patch_id:
        return f"{shown}, and the diff has changed since."
    return f"{shown}, and whether the diff is the same is not known."


def _tech_leads(
    facts: ChangeFacts, policy: Policy, rule: str, systems: tuple[SystemFacts, ...]
) -> Finding:
    if not systems:
        return _open(facts, rule, "Name the affected systems first.")
    lacking = _without_tech_lead(facts, policy, systems)
    if not lacking:
        leads = [a.person for a in counted(facts) if a.role is ApprovalRole.TECH_LEAD]
        return passed(rule, f"Approved by {_names(leads)}.", lacking=[])
    sentence = f"Waits for a tech lead of {' and of '.join(lacking)}."
    return _open(facts, rule, _with_reasons(sentence, facts), lacking=lacking)


def _without_tech_lead(
    facts: ChangeFacts,
    policy: Policy,
    systems: tuple[SystemFacts, ...],
    apart_from: Iterable[int] = (),
) -> list[str]:
    """The systems for which too few of their tech leads approved."""
    excluded = set(apart_from)
    leads = [a for a in counted(facts) if a.role is ApprovalRole.TECH_LEAD]
    leads = [a for a in leads if a.person.id not in excluded]
    return [
        system.name
        for system in systems
        if len({a.person.id for a in leads if system.slug in a.systems_led})
        < policy.tech_leads_per_system
    ]


def _peers_beside_tech_leads(facts: ChangeFacts, policy: Policy) -> dict[int, PersonFacts]:
    """Nobody counts as both: a tech lead is a peer only where other leads suffice."""
    leads = {a.person.id for a in counted(facts) if a.role is ApprovalRole.TECH_LEAD}
    people = peer_reviewers(facts)
    peers = {number: person for number, person in people.items() if number not in leads}
    for number in sorted(set(people) & leads):
        if not _without_tech_lead(facts, policy, facts.systems, {*peers, number}):
            peers[number] = people[number]
    return peers


def _stands_in(approval: ApprovalFacts, facts: ChangeFacts) -> bool:
    is_lead = Role.TECH_LEAD in approval.roles_held
    return is_lead and tech_lead_may_stand_in(facts, approval.decided_at)


def _is_rejected(approval: ApprovalFacts, facts: ChangeFacts) -> bool:
    """The same person rejected the change at that moment or later, in whatever capacity."""
    return any(
        other.person.id == approval.person.id
        and other.decision is Decision.REJECTED
        and other.decided_at >= approval.decided_at
        and facts.is_before_deployment(other.decided_at)
        for other in facts.approvals
    )


def _is_withdrawn(review: ReviewFacts, facts: ChangeFacts) -> bool:
    """A comment leaves an earlier review as it was; a dismissal or a request for changes not."""
    return any(
        other.person.id == review.person.id
        and other.state in (ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED)
        and other.submitted_at >= review.submitted_at
        and facts.is_before_deployment(other.submitted_at)
        for other in facts.reviews
    )


def _open(facts: ChangeFacts, rule: str, sentence: str, **more: object) -> Finding:
    """Waiting while it may still come; failed once it was deployed without; unknown where
    the history alone is known.
    """
    if facts.is_imported:
        return unknown(rule, UNSEEN, **more)
    if not facts.is_deployed:
        return waiting(rule, sentence, **more)
    return failed(rule, sentence.replace("Waits for", "Deployed without", 1), **more)


def _with_reasons(sentence: str, facts: ChangeFacts) -> str:
    given = [a for a in facts.approvals if a.decision is Decision.APPROVED]
    reasons = [why_not_counted(approval, facts) for approval in given]
    return " ".join([sentence, *dict.fromkeys(reason for reason in reasons if reason)])


def _names(people: Iterable[PersonFacts]) -> str:
    return ", ".join(dict.fromkeys(person.name for person in people))


def _decided_at(approval: ApprovalFacts) -> datetime:
    return approval.decided_at
