"""What every rule about a deployment says where there is none."""

from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, unknown, waiting


def not_deployed(facts: ChangeFacts, rule: str) -> Finding:
    """Unknown where deployments are never reported, waiting where one may still come."""
    if facts.is_imported or not facts.sees_deployments:
        return unknown(rule, "No deployment source reports for this repository.")
    return waiting(rule, "It is not deployed yet.")
