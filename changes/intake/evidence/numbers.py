"""The facts of a file as the numbers that a gate result keeps."""

from changes.intake.evidence.kinds import EvidenceFacts
from changes.vocabulary import Gate

SEVERITIES = ("critical", "high", "medium", "low")


def gate_numbers(facts: EvidenceFacts) -> dict[str, int]:
    """See `GateResult`: what each gate counts."""
    numbers = facts.numbers
    match facts.kind.gate:
        case Gate.TESTS:
            names = ("passed", "failed", "skipped")
            return {"total": numbers["tests"]} | {name: numbers[name] for name in names}
        case Gate.COVERAGE:
            return {name: numbers[name] for name in ("lines_valid", "lines_covered")}
        case Gate.SECURITY_SCAN:
            found, without = numbers["by_severity"], numbers.get("without_finding", {})
            counts = {name: found[name] - without.get(name, 0) for name in SEVERITIES}
            suppressed = ("suppressed_critical", "accepted_critical")
            return counts | {name: numbers.get(name, 0) for name in suppressed}
