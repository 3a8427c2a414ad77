import json
from typing import Any

import pytest

from changes.intake.evidence import Unreadable
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


def named(*results: Any, **tool: Any) -> str:
    return json.dumps({"version": "2.1.0", "runs": [{"results": list(results), "tool": tool}]})


CRITICAL_RULE = {"id": "X1", "guid": "g-1", "properties": {"security-severity": "9.8"}}
DRIVER = {"name": "CodeQL", "rules": [{"id": "X1"}]}
PACK = {"name": "pack", "guid": "p-1", "rules": [CRITICAL_RULE]}
REFERENCES: dict[str, tuple[dict[str, Any], str]] = {
    "by id, the driver's": ({"ruleId": "X1"}, "none"),
    "by id in the component named by index": (
        {"rule": {"id": "X1", "toolComponent": {"index": 0}}},
        "critical",
    ),
    "in the component named by name": (
        {"rule": {"id": "X1", "toolComponent": {"name": "pack"}}},
        "critical",
    ),
    "in the component named by guid": (
        {"ruleId": "X1", "rule": {"toolComponent": {"guid": "p-1"}}},
        "critical",
    ),
    "by the rule's guid": (
        {"rule": {"guid": "g-1", "toolComponent": {"index": 0}}},
        "critical",
    ),
    "an index beyond the rules, then by id": ({"ruleIndex": 7, "ruleId": "X1"}, "none"),
    "an index of -1 is none": ({"ruleIndex": -1, "ruleId": "X1"}, "none"),
    "a component that is not there": (
        {"rule": {"index": 0, "toolComponent": {"index": 4}}},
        "none",
    ),
}


@pytest.mark.parametrize(("result", "severity"), REFERENCES.values(), ids=REFERENCES)
def test_rule_is_the_one_that_the_reference_names(result: dict[str, Any], severity: str) -> None:
    log = named(result, driver=DRIVER, extensions=[PACK])

    assert read("sarif", log)["by_severity"][severity] == 1


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("fail", Verdict.FAILED),
        ("open", Verdict.FAILED),
        ("review", Verdict.FAILED),
        (None, Verdict.FAILED),
        ("pass", Verdict.PASSED),
        ("notApplicable", Verdict.PASSED),
        ("informational", Verdict.PASSED),
    ],
)
def test_kind_says_whether_a_result_is_a_finding(kind: str | None, verdict: Verdict) -> None:
    log = sarif({"ruleId": "X1", "kind": kind}, rules=[CRITICAL_RULE])

    assert read("sarif", log)["by_severity"]["critical"] == 1
    assert judged("sarif", log) is verdict


@pytest.mark.parametrize("state", ["new", "unchanged", "updated", "absent"])
def test_baseline_takes_nothing_away(state: str) -> None:
    """Only an accepted suppression lets a critical finding pass, and a baseline is none."""
    log = sarif({"ruleId": "X1", "baselineState": state}, rules=[CRITICAL_RULE])

    assert judged("sarif", log) is Verdict.FAILED


def test_results_are_counted_over_all_runs_and_tools() -> None:
    runs = [
        {"tool": {"driver": {"name": "CodeQL", "rules": [CRITICAL_RULE]}}, "results": [{}] * 2},
        {"tool": {"driver": {"name": "Semgrep"}}, "results": [{"ruleId": "X1", "level": "note"}]},
        {"tool": {"driver": {"name": "CodeQL"}}, "results": None},
        {"tool": {"driver": {"name": "Trivy"}}},
    ]
    facts = facts_of("sarif", json.dumps({"version": "2.1.0", "runs": runs}))

    assert facts.tool == "CodeQL, Semgrep, Trivy"
    assert facts.numbers["by_level"] == {"error": 0, "warning": 2, "note": 1, "none": 0}
    assert facts.numbers["by_severity"]["critical"] == 0
    assert (facts.numbers["runs"], facts.numbers["runs_scanned"]) == (4, 2)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"inlineExternalProperties": [{"results": [{"ruleId": "X1"}]}]},
        {"runs": [{"externalPropertyFileReferences": {"results": [{"location": {}}]}}]},
    ],
    ids=["in the log", "in other files"],
)
def test_log_in_pieces_is_refused(elsewhere: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="in one piece"):
        read("sarif", json.dumps({"version": "2.1.0", "runs": []} | elsewhere))


def test_taxonomies_may_stand_elsewhere() -> None:
    elsewhere = {"taxonomies": [{"location": {"uri": "cwe.sarif"}}]}

    assert judged("sarif", sarif(externalPropertyFileReferences=elsewhere)) is Verdict.PASSED


@pytest.mark.parametrize("many", [1, 300])
@pytest.mark.parametrize(
    ("result", "level"),
    [
        pytest.param({"ruleId": "X1", "ruleIndex": True}, "error", id="no index"),
        pytest.param({"ruleId": ["X1"]}, "warning", id="no id"),
        pytest.param({"ruleId": "X1", "level": {"a": 1}}, "error", id="no level"),
        pytest.param({"ruleId": "X1", "message": {"text": "a", "id": "b"}}, "error", id="nested"),
        pytest.param({"rule": {"id": "X1"}}, "error", id="a reference"),
    ],
)
def test_one_result_reads_as_many_do(result: dict[str, Any], level: str, many: int) -> None:
    """Many results are read by another way than a few."""
    log = sarif(*[result] * many, {"ruleIndex": 1}, rules=[ERROR_RULE, {"id": "Y"}])

    assert read("sarif", log)["by_level"] == {
        "error": 0, "warning": 1, "note": 0, "none": 0
    } | {level: many + (level == "warning")}  # fmt: skip


@pytest.mark.parametrize("place", range(3))
def test_key_twice_is_refused_wherever_it_is(place: int) -> None:
    results = ['{"message":{"text":"a"}}'] * 40
    results[20 * place - (place == 2)] = '{"message":{"text":"a","text":"b"}}'

    with pytest.raises(Unreadable, match="'text' twice"):
        read("sarif", '{"runs":[{"results":[' + ",".join(results) + "]}]}")
