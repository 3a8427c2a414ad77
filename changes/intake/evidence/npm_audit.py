"""`npm audit --json`: version 6 keys its advisories by id, version 7 and later by package."""

from typing import Any, BinaryIO

from changes.intake.evidence.json_items import found_in
from changes.intake.evidence.json_places import Found
from changes.intake.evidence.severities import ADVISORY_SEVERITIES, counted, severity_of, worst
from changes.intake.json_values import Unreadable

TOOL = "npm audit"


class _Advisories:
    def __init__(self) -> None:
        self.severities: dict[str, list[str]] = {}
        self.packages: set[str] = set()

    def add(self, identity: Any, package: Any, severity: Any) -> None:
        self.severities.setdefault(str(identity), []).append(severity_of(severity))
        if isinstance(package, str) and package:
            self.packages.add(package)

    def facts(self, tool: str) -> dict[str, Any]:
        found = (worst(severities) for severities in self.severities.values())
        return {
            "tool": tool,
            "by_severity": counted(found, ADVISORY_SEVERITIES),
            "packages": len(self.packages),
        }


class _Report:
    def __init__(self) -> None:
        self.advisories = _Advisories()
        self.is_report = False
        self.error: Any = None

    def heed(self, found: Found) -> None:
        path, kind, value = found
        match path:
            case ():
                _expect_object(kind, "npm audit's report")
            case ("error",) | ("message",):
                self.error = self.error or value
            case (str(name),):
                _expect_object(kind, f"its {name}")
                self.is_report = True
            case ("advisories", key):
                _add_version_6(self.advisories, str(key), value)
            case ("vulnerabilities", key):
                _add_version_7(self.advisories, str(key), value)


def read_npm_audit(stream: BinaryIO) -> dict[str, Any]:
    """Counts each advisory once, by its id, however many paths lead to it."""
    report = _Report()
    wanted = ("error", "message", "advisories.*", "vulnerabilities.*")
    for found in found_in(stream, *wanted, marks=("", "advisories", "vulnerabilities")):
        report.heed(found)
    if report.error:
        raise Unreadable(f"npm reported an error instead of an audit: {_summary(report.error)}")
    if not report.is_report:
        raise Unreadable("It has neither advisories nor vulnerabilities: expected npm's audit.")
    return report.advisories.facts(TOOL)


def _add_version_6(advisories: _Advisories, key: str, advisory: Any) -> None:
    _expect_object("map" if isinstance(advisory, dict) else "", f"advisory {key[:40]}")
    identity = advisory.get("id", key)
    advisories.add(identity, advisory.get("module_name"), advisory.get("severity"))


def _add_version_7(advisories: _Advisories, key: str, package: Any) -> None:
    """An entry of `via` is an advisory, or the name of a package that brings one along."""
    _expect_object("map" if isinstance(package, dict) else "", f"package {key[:40]}")
    via = package.get("via", [])
    for cause in via if isinstance(via, list) else [via]:
        if isinstance(cause, dict):
            identity = cause.get("source") or cause.get("url") or (key, cause.get("title"))
            advisories.add(identity, cause.get("name") or key, cause.get("severity"))


def _expect_object(kind: str, what: str) -> None:
    if kind != "map":
        raise Unreadable(f"{what[:1].upper()}{what[1:]} is not an object in braces.")


def _summary(error: Any) -> str:
    if isinstance(error, dict):
        error = error.get("summary") or error.get("detail") or error.get("code") or "no reason"
    return str(error).strip()[:200]
