"""May it be deployed now? What the start button and the deploy gate ask."""

from dataclasses import replace
from datetime import datetime

from changes.rules.approvals import APPROVAL_RULES
from changes.rules.category import standard_procedure_covers_it
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, failed, not_applicable, passed
from changes.rules.gates import GATE_RULES
from changes.rules.pipeline import may_be_released
from changes.rules.policy import Policy
from changes.rules.request import required_fields_present
from changes.rules.windows import RULE as WINDOW_RULE
from changes.rules.windows import leave_at, why_closed
from changes.vocabulary import Category

# What must be clear before anything is deployed, apart from end-to-end and the window.
FIRST_CLEAR = (
    required_fields_present,
    standard_procedure_covers_it,
    *APPROVAL_RULES,
    *GATE_RULES,
)


def deployment_findings(
    facts: ChangeFacts, policy: Policy, policy_now: Policy, at: datetime, revision: str
) -> tuple[Finding, ...]:
    """`policy` judges the request, `policy_now` the window at that instant. Approvals, gates and
    end-to-end are asked for the revision that would be deployed, whatever was deployed before.
    """
    facts = replace(facts, head_revision=revision, deployments=())
    findings = (rule(facts, policy) for rule in FIRST_CLEAR)
    release = may_be_released(facts, policy, revision, at)
    return (*findings, release, window_open_now(facts, policy_now, at))


def window_open_now(facts: ChangeFacts, policy: Policy, at: datetime) -> Finding:
    if facts.category is Category.EMERGENCY:
        return not_applicable(WINDOW_RULE, "Emergencies are exempt from the window and freezes.")
    problem = why_closed(facts, at, policy)
    if problem is None:
        return passed(WINDOW_RULE, "The deployment window is open.")
    if leave_at(facts, at):
        return passed(WINDOW_RULE, "It may be deployed now by an approved exception.")
    return failed(WINDOW_RULE, f"The window is closed: {problem}")
