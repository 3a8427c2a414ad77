"""Required fields: nothing is submitted without them."""

from changes.rules.awaited import awaited
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, failed, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.vocabulary import State, label

RULE = "required_fields_present"


def required_fields_present(facts: ChangeFacts, policy: Policy) -> Finding:
    """Each field that the policy asks for holds more than white space."""
    if facts.is_imported:
        return unknown(RULE, "The imported history shows no request: its fields are not known.")
    lacking = lacking_fields(facts, policy)
    if not lacking:
        return passed(RULE, "All required fields are filled in.")
    sentence = f"Fill in: {', '.join(label(name) for name in lacking)}."
    if facts.state is not State.DRAFT:
        return failed(RULE, sentence, lacking=lacking)
    if facts.is_deployed:
        return awaited(facts, RULE, f"{sentence} It is deployed, and a draft.", lacking=lacking)
    return waiting(RULE, sentence, lacking=lacking)


def lacking_fields(facts: ChangeFacts, policy: Policy) -> list[str]:
    return [name for name in policy.required_fields if not _is_filled(facts, name)]


def _is_filled(facts: ChangeFacts, name: str) -> bool:
    if name == "affected_systems":
        return bool(facts.systems)
    return bool(facts.texts.get(name, "").strip())
