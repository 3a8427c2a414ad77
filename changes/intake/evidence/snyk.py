"""`snyk test --json`: one project, or a list of them with --all-projects."""

from typing import Any, BinaryIO

from changes.intake.evidence.json_items import found_in
from changes.intake.evidence.json_places import MANY, Found
from changes.intake.evidence.severities import ADVISORY_SEVERITIES, counted, severity_of, worst
from changes.intake.json_values import Unreadable

_LISTS = ("vulnerabilities", "applications.*.vulnerabilities")
_PLACES = tuple(f"{project}{place}" for project in ("", "*.") for place in _LISTS)


class _Report:
    def __init__(self) -> None:
        self.severities: dict[str, list[str]] = {}
        self.packages: set[str] = set()
        self.projects = 0
        self.is_list = False
        self.error: Any = None

    def heed(self, found: Found) -> None:
        path, kind, value = found
        match path:
            case ():
                self.is_list = kind == "array"
                if kind not in ("array", "map"):
                    raise Unreadable("It is neither a Snyk report nor a list of them.")
            case (*_, "error"):
                self.error = self.error or value
            case (*_, "vulnerabilities"):
                if kind != "array":
                    raise Unreadable("Its vulnerabilities are not a list.")
                self.projects += 1
            case (*_, "vulnerabilities", _):
                for entry in value if kind == MANY else [value]:
                    self.add(entry)

    def add(self, entry: Any) -> None:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise Unreadable("One of its vulnerabilities has no id: expected Snyk's JSON.")
        self.severities.setdefault(entry["id"], []).append(severity_of(entry.get("severity")))
        name = entry.get("packageName") or entry.get("moduleName") or entry.get("name")
        if isinstance(name, str) and name:
            self.packages.add(name)


def read_snyk(stream: BinaryIO) -> dict[str, Any]:
    """Counts each vulnerability once, by its id, however many paths and projects have it."""
    report = _Report()
    entries = tuple(f"{place}.*" for place in _PLACES)
    flat = dict.fromkeys(entries, frozenset[str]())
    for found in found_in(stream, "error", "*.error", *entries, marks=("", *_PLACES), flat=flat):
        report.heed(found)
    if report.error:
        raise Unreadable(f"Snyk reported an error instead of a test: {str(report.error)[:200]}")
    if not report.projects and not report.is_list:
        raise Unreadable("It has no vulnerabilities: expected the JSON of snyk test.")
    found_worst = (worst(severities) for severities in report.severities.values())
    return {
        "tool": "Snyk",
        "by_severity": counted(found_worst, ADVISORY_SEVERITIES),
        "packages": len(report.packages),
        "projects": report.projects,
    }
