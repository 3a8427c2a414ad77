"""Istanbul's json-summary: `total.lines` of coverage-summary.json."""

from decimal import Decimal
from typing import Any, BinaryIO

from changes.intake.evidence.json_items import found_in
from changes.intake.evidence.lines import coverage
from changes.intake.json_values import Unreadable, count


def read_istanbul(stream: BinaryIO) -> dict[str, Any]:
    """`pct` is declared in percent; where nothing is valid, Istanbul writes "Unknown"."""
    lines = next((found.value for found in list(found_in(stream, "total.lines"))), None)
    if not isinstance(lines, dict):
        raise Unreadable("It has no total.lines: expected Istanbul's coverage-summary.json.")
    valid, covered = count(lines, "total"), count(lines, "covered")
    if valid is None or covered is None or covered > valid:
        raise Unreadable("Its total.lines does not count: expected total and covered, up to it.")
    percent = lines.get("pct")
    declared = float(percent) / 100 if isinstance(percent, (int, Decimal)) else None
    return coverage("Istanbul", valid=valid, covered=covered, declared=declared)
