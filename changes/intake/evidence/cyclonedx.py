"""CycloneDX bills of materials, in JSON or XML, of any version (ECMA-424)."""

from typing import Any, BinaryIO

from changes.intake.evidence.cyclonedx_xml import read_xml
from changes.intake.evidence.json_items import found_in
from changes.intake.evidence.json_places import MANY
from changes.intake.evidence.severities import (
    RATING_SEVERITIES,
    counted,
    severity_of,
    severity_of_score,
    worst,
)
from changes.intake.json_values import Unreadable

FLAT = {"components.*": frozenset({"components"})}
# Of UTF-8 and its like, and of UTF-16 with its mark.
_XML = (b"<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def read_cyclonedx(stream: BinaryIO) -> dict[str, Any]:
    """Components at any depth, without the one that the bill is about; each vulnerability by its
    highest rating. `is_scan` says whether the bill speaks of vulnerabilities at all.
    """
    start = stream.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    stream.seek(0)
    found = read_xml(stream) if start.startswith(_XML) else _json(stream)
    severities = [_severity(ratings) for ratings in found["vulnerabilities"]]
    return {
        "tool": found["tool"] or "CycloneDX",
        "components": found["components"],
        "vulnerabilities": len(severities),
        "by_severity": counted(severities, RATING_SEVERITIES),
        "is_scan": found["is_scan"],
    }


def _severity(ratings: list[tuple[Any, Any]]) -> str:
    """Each rating is a severity and a score, either of which may be None; the score tells where
    the word says nothing.
    """
    return worst(_rated(word, score) for word, score in ratings)


def _rated(word: Any, score: Any) -> str:
    said = severity_of(word)
    return severity_of_score(score) if said == "unknown" and score is not None else said


def _json(stream: BinaryIO) -> dict[str, Any]:
    found: dict[str, Any] = {"components": 0, "vulnerabilities": [], "is_scan": False, "tool": None}
    format_name: Any = None
    wanted = ("bomFormat", "components.*", "vulnerabilities.*")
    for path, kind, value in found_in(stream, *wanted, marks=("vulnerabilities",), flat=FLAT):
        match path:
            case ("components", _) if kind == MANY:
                found["components"] += len(value)
            case ("bomFormat",):
                format_name = value
            case ("components", _):
                found["components"] += _components_in(value)
            case ("vulnerabilities",):
                found["is_scan"] = kind == "array"
            case ("vulnerabilities", _):
                found["vulnerabilities"].append(_ratings(value))
    if format_name != "CycloneDX":
        raise Unreadable('Its bomFormat is not "CycloneDX": expected a CycloneDX document.')
    return found


def _components_in(component: Any) -> int:
    if not isinstance(component, dict):
        raise Unreadable("One of its components is not an object in braces.")
    nested = component.get("components") or []
    if not isinstance(nested, list):
        raise Unreadable("The components of a component are not a list.")
    return 1 + sum(_components_in(item) for item in nested)


def _ratings(vulnerability: Any) -> list[tuple[Any, Any]]:
    if not isinstance(vulnerability, dict):
        raise Unreadable("One of its vulnerabilities is not an object in braces.")
    ratings = vulnerability.get("ratings") or []
    if not isinstance(ratings, list) or not all(isinstance(item, dict) for item in ratings):
        raise Unreadable("The ratings of a vulnerability are not a list of objects.")
    return [(item.get("severity"), item.get("score")) for item in ratings]
