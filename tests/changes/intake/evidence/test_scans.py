import json
from typing import Any

import pytest

from changes.vocabulary import Verdict
from tests.changes.intake.evidence.reading import facts_of, judged, read


def sarif(*results: Any, rules: Any = (), **run: Any) -> str:
    tool = {"driver": {"name": "CodeQL", "rules": list(rules)}}
    return json.dumps(
        {"version": "2.1.0", "runs": [{"results": list(results), "tool": tool} | run]}
    )


def level_of(result: Any, **run: Any) -> str:
    counts: dict[str, int] = read("sarif", sarif(result, **run))["by_level"]
    return next(level for level, count in counts.items() if count)


ERROR_RULE = {"id": "X1", "defaultConfiguration": {"level": "error"}}
NOTE_EXTENSION = {"name": "ext", "rules": [{"id": "X1", "defaultConfiguration": {"level": "note"}}]}
OVERRIDE = {
    "executionSuccessful": True,
    "ruleConfigurationOverrides": [
        {"descriptor": {"id": "X1"}, "configuration": {"level": "note"}}
    ],
}
LEVELS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "as written": ({"level": "note", "ruleId": "X1"}, {}, "note"),
    "the rule's default, by id": ({"ruleId": "X1"}, {}, "error"),
    "the rule's default, by index": ({"ruleIndex": 0}, {}, "error"),
    "by a reference": ({"rule": {"index": 0}}, {}, "error"),
    "an id below its rule's": ({"ruleId": "X1/2"}, {}, "error"),
    "an unknown rule": ({"ruleId": "Y"}, {}, "warning"),
    "no rule at all": ({}, {}, "warning"),
    "a kind that is no failure": ({"ruleId": "X1", "kind": "pass"}, {}, "none"),
    "overridden for its invocation": (
        {"ruleId": "X1", "provenance": {"invocationIndex": 0}},
        {"invocations": [OVERRIDE]},
        "note",
    ),
    "of another invocation": ({"ruleId": "X1"}, {"invocations": [OVERRIDE]}, "error"),
    "of an extension": (
        {"rule": {"index": 0, "toolComponent": {"index": 0}}},
        {"tool": {"driver": {"name": "d", "rules": [ERROR_RULE]}, "extensions": [NOTE_EXTENSION]}},
        "note",
    ),
}


@pytest.mark.parametrize(("result", "run", "level"), LEVELS.values(), ids=LEVELS)
def test_sarif_level_is_the_effective_one(
    result: dict[str, Any], run: dict[str, Any], level: str
) -> None:
    assert level_of(result, rules=[ERROR_RULE], **run) == level


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        ("9.0", "critical"),
        ("8.9", "high"),
        (7, "high"),
        (6.9, "medium"),
        ("4.0", "medium"),
        ("3.9", "low"),
        ("0.1", "low"),
        ("0.0", "none"),
        ("high", "none"),
        (None, "none"),
    ],
)
def test_sarif_severity_is_the_band_of_its_score(score: Any, severity: str) -> None:
    rule = {"id": "X1", "properties": {"security-severity": score}}

    assert read("sarif", sarif({"ruleId": "X1"}, rules=[rule]))["by_severity"][severity] == 1


def critical(*suppressions: Any) -> str:
    rule = {"id": "X1", "properties": {"security-severity": "9.8"}}
    return sarif({"ruleId": "X1", "suppressions": list(suppressions)}, rules=[rule])


ACCEPTED = {"kind": "external", "status": "accepted"}


@pytest.mark.parametrize(
    ("suppressions", "verdict"),
    [
        pytest.param([], Verdict.FAILED, id="not suppressed"),
        pytest.param([{"kind": "inSource"}], Verdict.FAILED, id="nobody accepted it"),
        pytest.param(
            [{"kind": "external", "status": "underReview"}], Verdict.FAILED, id="in review"
        ),
        pytest.param(
            [ACCEPTED, {"kind": "external", "status": "rejected"}], Verdict.FAILED, id="rejected"
        ),
        pytest.param([ACCEPTED], Verdict.PASSED, id="accepted"),
    ],
)
def test_critical_finding_counts_until_its_suppression_is_accepted(
    suppressions: list[Any], verdict: Verdict
) -> None:
    log = critical(*suppressions)

    assert read("sarif", log)["suppressed"] == bool(suppressions)
    assert judged("sarif", log) is verdict


@pytest.mark.parametrize(
    ("log", "verdict"),
    [
        pytest.param(sarif(), Verdict.PASSED, id="a scan that found nothing"),
        pytest.param('{"version":"2.1.0","runs":[]}', Verdict.UNKNOWN, id="no run"),
        pytest.param(sarif(results=None), Verdict.UNKNOWN, id="a run that never looked"),
        pytest.param(
            sarif(invocations=[{"executionSuccessful": False}]),
            Verdict.UNKNOWN,
            id="a run that broke",
        ),
    ],
)
def test_scan_that_never_ran_is_unknown(log: str, verdict: Verdict) -> None:
    assert judged("sarif", log) is verdict


def test_sarif_rules_may_stand_behind_the_results() -> None:
    tool = {"driver": {"name": "T", "rules": [ERROR_RULE]}}
    log = json.dumps({"runs": [{"results": [{"ruleId": "X1"}], "tool": tool}]})

    assert read("sarif", log)["by_level"]["error"] == 1
    assert facts_of("sarif", log).tool == "T"


def test_npm_advisory_counts_once_however_many_packages_it_reaches() -> None:
    advisory = {"source": 7, "name": "deep", "severity": "moderate"}
    report = {"vulnerabilities": {"deep": {"via": [advisory]}, "top": {"via": ["deep", advisory]}}}

    numbers = read("npm-audit", json.dumps(report))

    assert (numbers["by_severity"]["medium"], numbers["packages"]) == (1, 1)
    assert judged("npm-audit", json.dumps(report)) is Verdict.PASSED


def test_snyk_counts_each_id_once_over_projects() -> None:
    entry = {"id": "SNYK-1", "severity": "critical", "packageName": "p"}
    report = json.dumps([{"vulnerabilities": [entry, entry]}, {"vulnerabilities": [entry]}])

    assert read("snyk", report)["by_severity"]["critical"] == 1
    assert judged("snyk", report) is Verdict.FAILED
    assert judged("snyk", "[]") is Verdict.UNKNOWN


BOM = {
    "bomFormat": "CycloneDX",
    "metadata": {"component": {"name": "app", "components": [{"name": "part"}]}},
    "components": [{"name": "a", "components": [{"name": "b", "components": [{"name": "c"}]}]}],
    "vulnerabilities": [
        {"ratings": [{"severity": "low"}, {"severity": "critical"}]},
        {"ratings": [{"score": 7.5}]},
        {"ratings": []},
    ],
}


def test_cyclonedx_counts_components_at_any_depth_and_the_highest_rating() -> None:
    numbers = read("cyclonedx", json.dumps(BOM))

    assert numbers["components"] == 3
    assert numbers["by_severity"] == {
        "critical": 1, "high": 1, "medium": 0, "low": 0, "info": 0, "none": 0, "unknown": 1,
    }  # fmt: skip


def test_cyclonedx_in_xml_says_the_same() -> None:
    document = """<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5">
      <metadata><component><components><component/></components></component></metadata>
      <components><component><components><component/></components></component></components>
      <vulnerabilities><vulnerability><ratings><rating><severity>low</severity></rating>
        <rating><score>9.1</score></rating></ratings></vulnerability></vulnerabilities></bom>"""

    numbers = read("cyclonedx", document)

    assert (numbers["components"], numbers["by_severity"]["critical"]) == (2, 1)


def test_bill_of_materials_without_a_word_of_vulnerabilities_was_no_scan() -> None:
    assert judged("cyclonedx", '{"bomFormat":"CycloneDX","components":[{}]}') is Verdict.UNKNOWN
    assert judged("cyclonedx", '{"bomFormat":"CycloneDX","vulnerabilities":[]}') is Verdict.PASSED
