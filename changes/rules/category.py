"""The category: a standard change names a procedure that covers it."""

from collections.abc import Mapping

from changes.rules.awaited import awaited
from changes.rules.facts import ChangeFacts, ProcedureFacts
from changes.rules.findings import Finding, failed, not_applicable, passed, waiting
from changes.rules.policy import Policy
from changes.vocabulary import Category, State

RULE = "standard_procedure_covers_it"


def standard_procedure_covers_it(facts: ChangeFacts, policy: Policy) -> Finding:
    """Current when submitted, every system in its scope, every parameter within its limits."""
    if facts.category is not Category.STANDARD:
        return not_applicable(RULE, f"Asked of standard changes; this one is {facts.category}.")
    if facts.procedure is None:
        return failed(RULE, "Name a standard procedure, or resubmit it as a normal change.")
    reasons = _why_not(facts, facts.procedure)
    if reasons:
        return failed(RULE, f"{' '.join(reasons)} Resubmit it as a normal change.")
    return passed(RULE, f"Covered by the standard procedure '{facts.procedure.title}'.")


def emergency_names_its_incident(facts: ChangeFacts, policy: Policy) -> Finding:
    """An emergency resolves an incident, and says which."""
    rule = "emergency_names_its_incident"
    if facts.category is not Category.EMERGENCY:
        return not_applicable(rule, f"Asked of emergencies; this one is {facts.category}.")
    if facts.incident_url.strip():
        return passed(rule, f"It resolves the incident at {facts.incident_url}.")
    sentence = "Name the incident that it resolves, or resubmit it as a normal change."
    if facts.state is not State.DRAFT:
        return failed(rule, sentence)
    return awaited(facts, rule, sentence) if facts.is_deployed else waiting(rule, sentence)


def _why_not(facts: ChangeFacts, procedure: ProcedureFacts) -> list[str]:
    reasons = []
    on = facts.submitted_on
    if on and not procedure.valid_from <= on < procedure.expires_on:
        reasons.append(f"'{procedure.title}' was not in force on {on}.")
    outside = [s.name for s in facts.systems if s.slug not in procedure.systems]
    if outside:
        reasons.append(f"'{procedure.title}' does not cover {', '.join(outside)}.")
    for name, limits in procedure.parameter_limits.items():
        value = facts.procedure_parameters.get(name)
        if value is None:
            reasons.append(f"The parameter '{name}' is missing.")
        elif not _is_within(value, limits):
            reasons.append(f"The parameter '{name}' is {value}, outside its limits.")
    return reasons


def _is_within(value: object, limits: Mapping[str, float]) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    low, high = limits.get("minimum"), limits.get("maximum")
    return (low is None or low <= value) and (high is None or value <= high)
