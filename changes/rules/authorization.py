"""When a change was authorized: derived from the decisions and gates, never stored."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from changes.rules.approvals import APPROVAL_RULES
from changes.rules.category import standard_procedure_covers_it
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding
from changes.rules.gates import GATE_RULES
from changes.rules.policy import Policy
from changes.vocabulary import Category


def authorization(facts: ChangeFacts, policy: Policy) -> tuple[Finding, ...]:
    """What must be clear before it may be deployed, by its category."""
    findings = tuple(rule(facts, policy) for rule in APPROVAL_RULES)
    if facts.category is not Category.STANDARD:
        return findings
    gates = tuple(rule(facts, policy) for rule in GATE_RULES)
    return (standard_procedure_covers_it(facts, policy), *findings, *gates)


def approved_at(facts: ChangeFacts, policy: Policy) -> datetime | None:
    """The moment at which the last thing that was needed arrived; None while one is missing.

    A standard change is approved automatically, when its last gate passed.
    """
    if facts.submitted_at is None:
        return None
    for moment in _moments(facts):
        if all(finding.is_clear for finding in authorization(_until(facts, moment), policy)):
            return moment
    return None


def _moments(facts: ChangeFacts) -> Iterable[datetime]:
    moments = {a.decided_at for a in facts.approvals} | {r.submitted_at for r in facts.reviews}
    moments |= {g.produced_at for g in facts.gate_results}
    submitted = facts.submitted_at
    return sorted({max(moment, submitted) for moment in moments} if submitted else moments)


def _until(facts: ChangeFacts, moment: datetime) -> ChangeFacts:
    return replace(
        facts,
        approvals=tuple(a for a in facts.approvals if a.decided_at <= moment),
        reviews=tuple(r for r in facts.reviews if r.submitted_at <= moment),
        gate_results=tuple(g for g in facts.gate_results if g.produced_at <= moment),
    )
