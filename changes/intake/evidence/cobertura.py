"""Cobertura XML (coverage-04.dtd), as coverage.py, coverlet, istanbul and others write it."""

from typing import Any, BinaryIO

from changes.intake.evidence.lines import coverage
from changes.intake.evidence.xml_events import Attributes, fraction, listen
from changes.intake.json_values import Unreadable


class _Lines:
    def __init__(self) -> None:
        self.declared: float | None = None
        self.files: dict[str, dict[str, bool]] = {}
        self.lines: dict[str, bool] = {}
        self.end = None

    def begin(self, path: list[str], attributes: Attributes) -> None:
        name = path[-1]
        if name == "line":
            if len(path) > 2 and path[-2] == "lines" and path[-3] == "class":
                self.add(attributes)
        elif len(path) == 1:
            if path[0] != "coverage":
                raise Unreadable(f"Its root is '{path[0][:40]}': expected coverage.")
            self.declared = fraction(attributes.get("line-rate"))
        elif name == "class":
            name = attributes.get("filename") or attributes.get("name", "")
            self.lines = self.files.setdefault(name, {})

    def add(self, attributes: Attributes) -> None:
        number, hits = attributes.get("number", "").strip(), attributes.get("hits", "")
        if not number:
            raise Unreadable("One of its lines has no 'number'.")
        is_hit = hits != "0" and _is_hit(hits.strip(), number)
        if is_hit or number not in self.lines:
            self.lines[number] = is_hit


def _is_hit(stated: str, number: str) -> bool:
    if stated.isascii() and stated.isdecimal():
        return stated.strip("0") != ""
    try:
        return float(stated) > 0
    except ValueError as error:
        raise Unreadable(
            f"The 'hits' of line {number[:20]} is '{stated[:40]}': expected a number."
        ) from error


def read_cobertura(stream: BinaryIO) -> dict[str, Any]:
    """Counts each line of each file once, hit where any class that shares the file hit it."""
    found = _Lines()
    listen(stream, found)
    valid = sum(len(lines) for lines in found.files.values())
    covered = sum(sum(lines.values()) for lines in found.files.values())
    return coverage("Cobertura", valid=valid, covered=covered, declared=found.declared)
