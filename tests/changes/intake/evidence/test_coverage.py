import json

import pytest

from changes.vocabulary import Verdict
from tests.changes.intake.evidence.reading import judged, read


def cobertura(*classes: tuple[str, dict[int, int]], declared: str = "") -> str:
    inner = "".join(
        f'<class filename="{name}"><methods><method><lines><line number="99" hits="1"/></lines>'
        "</method></methods><lines>"
        + "".join(f'<line number="{n}" hits="{hits}"/>' for n, hits in lines.items())
        + "</lines></class>"
        for name, lines in classes
    )
    packages = f"<packages><package><classes>{inner}</classes></package></packages>"
    return f"<coverage {declared}>{packages}</coverage>"


def test_cobertura_counts_each_line_of_a_file_once() -> None:
    report = cobertura(("a.py", {1: 0, 2: 1}), ("a.py", {1: 3, 3: 0}), ("b.py", {1: 0}))

    numbers = read("cobertura", report)

    assert (numbers["lines_valid"], numbers["lines_covered"]) == (4, 2)


@pytest.mark.parametrize(
    ("declared", "rate"),
    [
        pytest.param('line-rate="0.7"', 0.7, id="a fraction"),
        pytest.param('line-rate="1"', 1.0, id="one"),
        pytest.param("", None, id="nothing"),
        pytest.param('line-rate="NaN"', None, id="not a number"),
        pytest.param('line-rate="97.5"', None, id="a percentage is no fraction"),
    ],
)
def test_cobertura_shows_what_is_declared_beside_what_is_counted(
    declared: str, rate: float | None
) -> None:
    numbers = read("cobertura", cobertura(("a.py", {1: 1, 2: 0}), declared=declared))

    assert numbers["declared_line_rate"] == rate
    assert numbers["line_rate"] == 0.5


def test_external_subset_is_passed_by() -> None:
    doctype = '<!DOCTYPE coverage SYSTEM "http://127.0.0.1:1/coverage-04.dtd">'

    assert read("cobertura", doctype + cobertura(("a", {1: 1})))["lines_valid"] == 1


def test_lcov_counts_its_records_of_lines() -> None:
    lines = "TN:|SF:a.c|DA:1,1,abc|DA:2,0|LF:9|LH:8|end_of_record|SF:a.c|DA:1,5|"
    trace = lines.replace("|", "\r\n")

    assert read("lcov", trace) == {
        "lines_valid": 3,
        "lines_covered": 2,
        "line_rate": 2 / 3,
        "declared_line_rate": 8 / 9,
    }


def test_jacoco_counter_is_the_report_s_own() -> None:
    report = (
        '<report name="r"><package name="p"><counter type="LINE" missed="7" covered="7"/></package>'
        '<counter type="BRANCH" missed="5" covered="5"/>'
        '<counter type="LINE" missed="1" covered="3"/></report>'
    )

    numbers = read("jacoco", report)

    assert (numbers["lines_valid"], numbers["lines_covered"]) == (4, 3)
    assert numbers["declared_line_rate"] is None


def test_istanbul_without_a_line_declares_nothing() -> None:
    summary = {"total": {"lines": {"total": 0, "covered": 0, "skipped": 0, "pct": "Unknown"}}}

    numbers = read("istanbul", json.dumps(summary))

    assert numbers["line_rate"] is numbers["declared_line_rate"] is None


@pytest.mark.parametrize(
    ("covered", "valid", "verdict"),
    [
        pytest.param(80, 100, Verdict.PASSED, id="80.0 passes"),
        pytest.param(7999, 10_000, Verdict.FAILED, id="79.99 fails"),
        pytest.param(0, 0, Verdict.UNKNOWN, id="no line is unknown"),
    ],
)
def test_verdict_is_not_rounded(covered: int, valid: int, verdict: Verdict) -> None:
    lines = {"total": valid, "covered": covered, "pct": 80}

    assert judged("istanbul", json.dumps({"total": {"lines": lines}})) is verdict
