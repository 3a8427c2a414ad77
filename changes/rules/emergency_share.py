"""How many of a quarter's changes may be emergencies."""

from decimal import Decimal

from changes.rules.findings import Finding, failed, not_applicable, passed

RULE = "emergency_share_within_maximum"


def emergency_share_within_maximum(
    emergencies: int, changes: int, maximum_percent: Decimal
) -> Finding:
    """Compared exactly, without rounding: exactly the maximum is within it."""
    if not changes:
        return not_applicable(RULE, "No change counts.")
    most = f"{maximum_percent.normalize():f} %"
    sentence = f"{emergencies} of {changes} changes were emergencies"
    if emergencies * 100 > maximum_percent * changes:
        return failed(RULE, f"{sentence}, more than {most}.")
    return passed(RULE, f"{sentence}, at most {most}.")
