"""Approvals: who must approve, who may, and for what an approval counts."""

from collections.abc import Iterable
from datetime import datetime

from changes.rules.facts import ApprovalFacts, ChangeFacts, PersonFacts
from changes.rules.findings import Finding, failed, not_applicable, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.vocabulary import ApprovalRole, Category, Decision, PersonKind, ReviewState, Role

UNSEEN = "The imported history shows no approvals or reviews."


def why_not_counted(approval: ApprovalFacts, facts: ChangeFacts) -> str | None:
    """The sentence why an approval does not count, or None where it does."""
    person = approval.person
    if person.kind is not PersonKind.HUMAN:
        return f"{person.name} is a {person.kind}, and only people approve."
    if person.id in facts.authors:
        return f"{person.name} is an author of the change."
    if approval.request_digest != facts.request_digest:
        return f"The request was edited after {person.name} approved it."
    if not facts.is_before_deployment(approval.decided_at):
        return f"{person.name} approved it after it was deployed."
    if approval.revision == facts.tested_revision:
        return None
    if approval.patch_id and approval.patch_id == facts.tested_patch_id:
        return None
    return f"{person.name} approved another revision ({approval.revision[:12] or 'none'})."


def counted(facts: ChangeFacts) -> list[ApprovalFacts]:
    """Approvals that stand: each person's latest decision in a role, where it counts."""
    latest = {(a.person.id, a.role): a for a in sorted(facts.approvals, key=_decided_at)}
    return [
        approval
        for approval in latest.values()
        if approval.decision is Decision.APPROVED and why_not_counted(approval, facts) is None
    ]


def tech_lead_of_every_system(facts: ChangeFacts, policy: Policy) -> Finding:
    """Normal changes: tech leads of each affected system, as many as the policy says."""
    rule = "tech_lead_of_every_system"
    if facts.category is not Category.NORMAL:
        return not_applicable(rule, f"Not asked of a {facts.category} change.")
    if _is_unseen(facts):
        return unknown(rule, UNSEEN)
    if not facts.systems:
        return _open(facts, rule, "Name the affected systems first.")
    return _tech_leads(facts, policy, rule)


def tech_lead_for_infrastructure(facts: ChangeFacts, policy: Policy) -> Finding:
    """Infrastructure and architecture: the system's tech lead, whatever the category."""
    rule = "tech_lead_for_infrastructure"
    if not facts.touches_infrastructure:
        return not_applicable(rule, "It touches no infrastructure or architecture.")
    if _is_unseen(facts):
        return unknown(rule, UNSEEN)
    if facts.category is Category.EMERGENCY:
        return not_applicable(rule, "It may follow in the post-incident review of an emergency.")
    return _tech_leads(facts, policy, rule)


def peer_review_by_another_person(facts: ChangeFacts, policy: Policy) -> Finding:
    """Normal changes: peer reviewers who are neither authors nor the tech leads who approved."""
    rule = "peer_review_by_another_person"
    if facts.category is not Category.NORMAL:
        return not_applicable(rule, f"Not asked of a {facts.category} change.")
    if _is_unseen(facts):
        return unknown(rule, UNSEEN)
    needed = policy.peer_reviewers_minimum
    peers = peer_reviewers(facts, apart_from=_ids(facts, ApprovalRole.TECH_LEAD))
    if len(peers) >= needed:
        return passed(rule, f"Reviewed by {_names(peers.values())}.", reviewers=sorted(peers))
    return _open(facts, rule, _with_reasons(f"Waits for a peer review ({needed} needed).", facts))


def approval_by_on_call(facts: ChangeFacts, policy: Policy) -> Finding:
    """Emergencies: the engineer on call at that moment; for an author who is on call,
    another on-call engineer or a tech lead.
    """
    rule = "approval_by_on_call"
    if facts.category is not Category.EMERGENCY:
        return not_applicable(rule, f"Not asked of a {facts.category} change.")
    if _is_unseen(facts):
        return unknown(rule, UNSEEN)
    allowed = [a.person for a in counted(facts) if a.was_on_call or Role.TECH_LEAD in a.roles_held]
    if allowed:
        return passed(rule, f"Approved by {_names(allowed)}.", approvers=[p.id for p in allowed])
    return _open(facts, rule, _with_reasons("Waits for the engineer on call.", facts))


def peer_reviewers(facts: ChangeFacts, *, apart_from: Iterable[int] = ()) -> dict[int, PersonFacts]:
    """Who reviewed the tested revision and approved it, in the portal or on the git host."""
    excluded = {*apart_from, *facts.authors}
    people = [a.person for a in counted(facts) if a.role is ApprovalRole.PEER_REVIEWER]
    latest = {r.person.id: r for r in sorted(facts.reviews, key=lambda r: r.submitted_at)}
    people += [
        review.person
        for review in latest.values()
        if review.state is ReviewState.APPROVED
        and review.revision == facts.tested_revision
        and facts.is_before_deployment(review.submitted_at)
        and review.person.kind is PersonKind.HUMAN
    ]
    return {person.id: person for person in people if person.id not in excluded}


APPROVAL_RULES = (
    tech_lead_of_every_system,
    tech_lead_for_infrastructure,
    peer_review_by_another_person,
    approval_by_on_call,
)


def _tech_leads(facts: ChangeFacts, policy: Policy, rule: str) -> Finding:
    leads = [a for a in counted(facts) if a.role is ApprovalRole.TECH_LEAD]
    lacking = [
        system.name
        for system in facts.systems
        if len({a.person.id for a in leads if system.slug in a.systems_led})
        < policy.tech_leads_per_system
    ]
    if not lacking:
        return passed(rule, f"Approved by {_names(a.person for a in leads)}.", lacking=[])
    sentence = f"Waits for a tech lead of {' and of '.join(lacking)}."
    return _open(facts, rule, _with_reasons(sentence, facts), lacking=lacking)


def _open(facts: ChangeFacts, rule: str, sentence: str, **more: object) -> Finding:
    """Waiting while it may still come; failed once it was deployed without."""
    if not facts.is_deployed:
        return waiting(rule, sentence, **more)
    return failed(rule, sentence.replace("Waits for", "Deployed without", 1), **more)


def _with_reasons(sentence: str, facts: ChangeFacts) -> str:
    reasons = [why_not_counted(approval, facts) for approval in facts.approvals]
    return " ".join([sentence, *dict.fromkeys(reason for reason in reasons if reason)])


def _is_unseen(facts: ChangeFacts) -> bool:
    return facts.is_imported and not facts.sees_reviews and not facts.approvals


def _ids(facts: ChangeFacts, role: ApprovalRole) -> set[int]:
    return {a.person.id for a in counted(facts) if a.role is role}


def _names(people: Iterable[PersonFacts]) -> str:
    return ", ".join(dict.fromkeys(person.name for person in people))


def _decided_at(approval: ApprovalFacts) -> datetime:
    return approval.decided_at
