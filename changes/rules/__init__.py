"""The rules: plain facts and policy values in, findings out. No database, no clock."""

from collections.abc import Callable
from dataclasses import replace

from changes.rules.approvals import (
    APPROVAL_RULES,
    approval_by_on_call,
    peer_review_by_another_person,
    tech_lead_for_infrastructure,
    tech_lead_of_every_system,
)
from changes.rules.authorization import approved_at, authorization
from changes.rules.category import standard_procedure_covers_it
from changes.rules.deployment import deployment_findings
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, combined
from changes.rules.gates import GATE_RULES, PIPELINE_GATE_RULES
from changes.rules.policy import Policy
from changes.rules.request import required_fields_present
from changes.rules.rollout import stages_in_order, verified_after_deployment
from changes.rules.windows import deployed_inside_window

Rule = Callable[[ChangeFacts, Policy], Finding]

RULES: tuple[Rule, ...] = (
    required_fields_present,
    standard_procedure_covers_it,
    tech_lead_of_every_system,
    peer_review_by_another_person,
    approval_by_on_call,
    tech_lead_for_infrastructure,
    *GATE_RULES,
    deployed_inside_window,
    stages_in_order,
    verified_after_deployment,
)


def judge(facts: ChangeFacts, policy: Policy) -> tuple[Finding, ...]:
    """Every rule's finding, in the order in which a change meets them."""
    return tuple(_finding(rule, facts, policy) for rule in RULES)


def _finding(rule: Rule, facts: ChangeFacts, policy: Policy) -> Finding:
    """Approvals and gates are asked for each revision that was deployed: the worst counts."""
    first = {d.revision: d for d in sorted(facts.deployments, key=lambda d: d.started_at)[::-1]}
    if rule not in (*APPROVAL_RULES, *GATE_RULES) or len(first) < 2:
        return rule(facts, policy)
    findings = [rule(replace(facts, deployments=(d,)), policy) for d in first.values()]
    return next(f for f in findings if f.verdict is combined(findings))


__all__ = [
    "APPROVAL_RULES",
    "GATE_RULES",
    "PIPELINE_GATE_RULES",
    "RULES",
    "Finding",
    "Policy",
    "Rule",
    "approval_by_on_call",
    "approved_at",
    "authorization",
    "deployed_inside_window",
    "deployment_findings",
    "judge",
    "peer_review_by_another_person",
    "required_fields_present",
    "stages_in_order",
    "standard_procedure_covers_it",
    "tech_lead_for_infrastructure",
    "tech_lead_of_every_system",
    "verified_after_deployment",
]
