"""JaCoCo XML (report.dtd): the counters directly below the report are the report's own."""

from typing import Any, BinaryIO

from changes.intake.evidence.lines import coverage
from changes.intake.evidence.xml_events import Attributes, listen, whole_number
from changes.intake.json_values import Unreadable


class _Counter:
    def __init__(self) -> None:
        self.missed = self.covered = 0

    def begin(self, path: list[str], attributes: Attributes) -> None:
        if len(path) == 1 and path[0] != "report":
            raise Unreadable(f"Its root is '{path[0][:40]}': expected JaCoCo's report.")
        if path == ["report", "counter"] and attributes.get("type") == "LINE":
            self.missed += whole_number(attributes, "missed", "the report's LINE counter")
            self.covered += whole_number(attributes, "covered", "the report's LINE counter")

    def end(self, path: list[str]) -> None:
        pass


def read_jacoco(stream: BinaryIO) -> dict[str, Any]:
    counter = _Counter()
    listen(stream, counter)
    valid = counter.missed + counter.covered
    return coverage("JaCoCo", valid=valid, covered=counter.covered, declared=None)
