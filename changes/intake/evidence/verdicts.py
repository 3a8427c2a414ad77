"""What a file by itself says about its gate. The gate's rule judges all results of a revision."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from changes.intake.evidence.kinds import EvidenceFacts, has_scanned
from changes.intake.evidence.numbers import gate_numbers
from changes.vocabulary import Gate, Verdict


class Figures(Protocol):
    """Those of the policy that a file is held against."""

    @property
    def coverage_minimum_percent(self) -> Decimal: ...
    @property
    def critical_findings_maximum(self) -> int: ...


def verdict_of(facts: EvidenceFacts, policy: Figures) -> Verdict:
    """Unknown where nothing was tested or scanned: that is never a pass."""
    match facts.kind.gate:
        case Gate.TESTS:
            return _tests(facts.numbers)
        case Gate.COVERAGE:
            return _coverage(facts.numbers, policy)
        case Gate.SECURITY_SCAN:
            return _scan(facts, policy)


def _tests(numbers: dict[str, Any]) -> Verdict:
    if numbers["failed"] or numbers["suite_errors"]:
        return Verdict.FAILED
    return Verdict.PASSED if numbers["passed"] else Verdict.UNKNOWN


def _coverage(numbers: dict[str, Any], policy: Figures) -> Verdict:
    """In whole fractions: 80 of 100 reaches 80 %, and 7,999 of 10,000 does not."""
    if not numbers["lines_valid"]:
        return Verdict.UNKNOWN
    rate = Fraction(numbers["lines_covered"] * 100, numbers["lines_valid"])
    enough = rate >= Fraction(policy.coverage_minimum_percent)
    return Verdict.PASSED if enough else Verdict.FAILED


def _scan(facts: EvidenceFacts, policy: Figures) -> Verdict:
    numbers = facts.numbers
    critical = gate_numbers(facts)["critical"] - numbers.get("accepted_critical", 0)
    if critical > policy.critical_findings_maximum:
        return Verdict.FAILED
    return Verdict.PASSED if has_scanned(numbers) else Verdict.UNKNOWN
