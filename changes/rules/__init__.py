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
from changes.rules.category import emergency_names_its_incident, standard_procedure_covers_it
from changes.rules.deployment import deployment_findings
from changes.rules.documentation import documents_match_paths
from changes.rules.duties import deployer_is_allowed, more_than_one_person
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, combined
from changes.rules.gates import GATE_RULES, PIPELINE_GATE_RULES
from changes.rules.pipeline import pipeline_stages_in_order, released_after_end_to_end
from changes.rules.policy import Policy
from changes.rules.request import required_fields_present
from changes.rules.reviews import post_incident_review_held, post_mortem_written
from changes.rules.rollbacks import rollback_is_recorded, triggers_answered_by_rollback
from changes.rules.rollout import (
    advisory_answered_in_time,
    approved_is_what_runs,
    stages_are_observed,
    stages_in_order,
)
from changes.rules.verification import verified_after_deployment
from changes.rules.windows import deployed_inside_window

Rule = Callable[[ChangeFacts, Policy], Finding]

RULES: tuple[Rule, ...] = (
    required_fields_present,
    standard_procedure_covers_it,
    emergency_names_its_incident,
    tech_lead_of_every_system,
    peer_review_by_another_person,
    approval_by_on_call,
    tech_lead_for_infrastructure,
    *GATE_RULES,
    pipeline_stages_in_order,
    deployed_inside_window,
    released_after_end_to_end,
    deployer_is_allowed,
    more_than_one_person,
    approved_is_what_runs,
    stages_in_order,
    stages_are_observed,
    triggers_answered_by_rollback,
    rollback_is_recorded,
    verified_after_deployment,
    documents_match_paths,
    post_mortem_written,
    post_incident_review_held,
    advisory_answered_in_time,
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
    "approved_at",
    "authorization",
    "deployment_findings",
    "judge",
]
