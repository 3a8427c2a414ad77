"""Files that other projects' tools wrote, against facts that others counted: SOURCES.md."""

import json
from pathlib import Path
from typing import Any

import pytest

from changes.intake.evidence import read_facts
from changes.intake.evidence.sarif import LEVELS
from changes.intake.evidence.severities import ADVISORY_SEVERITIES, SCORE_SEVERITIES

SAMPLES = Path(__file__).parents[3] / "samples" / "evidence"


def known(folder: str) -> list[Any]:
    files = json.loads((SAMPLES / folder / "expected.json").read_text())["files"]
    return [pytest.param(SAMPLES / folder / n, expected, id=n) for n, expected in files.items()]


def numbers_of(kind: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return read_facts(kind, stream).numbers


def filled(counts: dict[str, int], names: tuple[str, ...]) -> dict[str, int]:
    other = {"moderate": "medium", "(no score)": "none"}
    return dict.fromkeys(names, 0) | {other.get(k, k): v for k, v in counts.items()}


@pytest.mark.parametrize(("path", "expected"), known("junit"))
def test_junit_file_reads_to_its_counts(path: Path, expected: dict[str, Any]) -> None:
    numbers = numbers_of("junit", path)

    assert numbers["tests"] == expected["testcases"]
    assert numbers["failed"] == expected["failed_or_errored"]
    assert numbers["passed"] + numbers["skipped"] == expected["testcases"] - numbers["failed"]
    assert numbers["passed"] == expected["clean"]
    assert numbers["flaky"] == expected.get("flaky_passed", 0)


@pytest.mark.parametrize(("path", "expected"), known("coverage"))
def test_coverage_file_reads_to_its_lines(path: Path, expected: dict[str, Any]) -> None:
    kind, lines = coverage_of(expected)
    numbers = numbers_of(kind, path)

    assert (numbers["lines_valid"], numbers["lines_covered"]) == lines
    assert numbers["line_rate"] == (lines[1] / lines[0] if lines[0] else None)
    if kind == "cobertura":
        assert numbers["declared_line_rate"] == expected["declared"].get("line-rate")


def coverage_of(expected: dict[str, Any]) -> tuple[str, tuple[int, int]]:
    match expected["format"]:
        case "cobertura" | "coverage.py":
            counted = expected["counted"]
            lines = counted["distinct_file_lines"], counted["distinct_file_lines_hit"]
            return "cobertura", lines
        case "lcov":
            return "lcov", (expected["da_lines"], expected["da_hit"])
        case "jacoco":
            counter = expected["report_counters"]["LINE"]
            return "jacoco", (counter["missed"] + counter["covered"], counter["covered"])
        case "istanbul-json-summary":
            total = expected["total"]["lines"]
            return "istanbul", (total["total"], total["covered"])
    raise AssertionError(expected["format"])


@pytest.mark.parametrize(("path", "expected"), known("sarif"))
def test_sarif_log_reads_to_its_results(path: Path, expected: dict[str, Any]) -> None:
    numbers = numbers_of("sarif", path)

    assert numbers["runs"] == expected["runs"]
    assert numbers["results"] == expected["results"]
    assert numbers["by_level"] == filled(expected["level_effective"], LEVELS)
    assert numbers["by_severity"] == filled(expected["security_severity_bands"], SCORE_SEVERITIES)
    assert numbers["suppressed"] == expected.get("results_with_suppressions", 0)


@pytest.mark.parametrize(("path", "expected"), known("npm-audit"))
def test_npm_audit_reads_to_its_advisories(path: Path, expected: dict[str, Any]) -> None:
    severities = filled(expected["severity_of_advisories"], ADVISORY_SEVERITIES)

    assert numbers_of("npm-audit", path)["by_severity"] == severities


@pytest.mark.parametrize(("path", "expected"), known("snyk-json"))
def test_snyk_report_reads_to_its_vulnerabilities(path: Path, expected: dict[str, Any]) -> None:
    severities = filled(expected["severity_of_distinct_ids"], ADVISORY_SEVERITIES)

    assert numbers_of("snyk", path)["by_severity"] == severities
