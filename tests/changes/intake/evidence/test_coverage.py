import json

import pytest

from changes.intake.evidence import Unreadable
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


LINE = '<line number="1" hits="{}"/>'
CLASS = '<class name="c" filename="a.py">{}</class>'
COBERTURA: dict[str, tuple[str, tuple[int, int]]] = {
    "no branch rates": (CLASS.format("<lines>" + LINE.format(1) + "</lines>"), (1, 1)),
    "conditions within a line": (
        CLASS.format(
            '<lines><line number="1" hits="1" branch="true" condition-coverage="50% (1/2)">'
            '<conditions><condition number="0" coverage="50%"/></conditions></line></lines>'
        ),
        (1, 1),
    ),
    "no class has a line": (CLASS.format("<lines/>"), (0, 0)),
    "hits as a fraction": (CLASS.format(f"<lines>{LINE.format('0.5')}</lines>"), (1, 1)),
    "hits of nought": (CLASS.format(f"<lines>{LINE.format('00')}</lines>"), (1, 0)),
    "more hits than a number holds": (CLASS.format(f"<lines>{LINE.format(2**70)}</lines>"), (1, 1)),
    "classes without a file, by name": (
        (
            f'<class name="a"><lines>{LINE.format(1)}</lines></class>'
            f'<class name="b"><lines>{LINE.format(0)}</lines></class>'
        ),
        (2, 1),
    ),
    "one file in two packages": (
        CLASS.format(f"<lines>{LINE.format(0)}</lines>")
        + "</classes></package><package><classes>"
        + CLASS.format(f"<lines>{LINE.format(4)}</lines>"),
        (1, 1),
    ),
    "nothing at all": ("", (0, 0)),
}


@pytest.mark.parametrize(("classes", "lines"), COBERTURA.values(), ids=COBERTURA)
def test_cobertura_of_many_writers(classes: str, lines: tuple[int, int]) -> None:
    packages = f"<packages><package><classes>{classes}</classes></package></packages>"
    numbers = read("cobertura", f"<coverage>{packages}</coverage>")

    assert (numbers["lines_valid"], numbers["lines_covered"]) == lines
    assert numbers["declared_line_rate"] is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param('<line number="1"/>', "'hits' of line 1", id="no hits"),
        pytest.param('<line number="1" hits="often"/>', "'often'", id="hits in words"),
        pytest.param('<line hits="1"/>', "no 'number'", id="no number"),
    ],
)
def test_cobertura_line_that_says_nothing_is_refused(line: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read("cobertura", f"<coverage>{CLASS.format(f'<lines>{line}</lines>')}</coverage>")


OWN = '<counter type="LINE" missed="1" covered="3"/>'
JACOCO: dict[str, tuple[str, tuple[int, int]]] = {
    "groups, packages, classes, methods": (
        (
            '<group name="g"><package name="p"><class name="c"><method name="m">'
            f'<counter type="LINE" missed="9" covered="9"/></method>{OWN}</class>{OWN}</package>'
            f"{OWN}</group>{OWN}"
        ),
        (4, 3),
    ),
    "counters of every type": (
        "".join(
            f'<counter type="{name}" missed="5" covered="5"/>'
            for name in ("INSTRUCTION", "BRANCH", "COMPLEXITY", "METHOD", "CLASS")
        )
        + OWN,
        (4, 3),
    ),
    "compiled without lines": ('<counter type="CLASS" missed="0" covered="1"/>', (0, 0)),
    "sessions and source files": (
        (
            '<sessioninfo id="s" start="1" dump="2"/><package name="p"><sourcefile name="A.java">'
            f'<line nr="1" mi="0" ci="2" mb="0" cb="0"/>{OWN}</sourcefile></package>{OWN}'
        ),
        (4, 3),
    ),
}


@pytest.mark.parametrize(("inner", "lines"), JACOCO.values(), ids=JACOCO)
def test_jacoco_report_of_any_shape(inner: str, lines: tuple[int, int]) -> None:
    doctype = '<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "http://127.0.0.1:1/r.dtd">'
    numbers = read("jacoco", f'{doctype}<report name="r">{inner}</report>')

    assert (numbers["lines_valid"], numbers["lines_covered"]) == lines


@pytest.mark.parametrize("stated", ["", "-1", "1.5", "many", "9" * 30])
def test_jacoco_counter_that_does_not_count_is_refused(stated: str) -> None:
    counter = f'<counter type="LINE" missed="{stated}" covered="1"/>'

    with pytest.raises(Unreadable, match="LINE counter"):
        read("jacoco", f"<report>{counter}</report>")


LCOV: dict[str, tuple[str, tuple[int, int, float | None]]] = {
    "no LF and no LH": ("SF:a|DA:1,1|DA:2,0|end_of_record|", (2, 1, None)),
    "no end": ("SF:a|DA:1,1", (1, 1, None)),
    "several records of one file": (
        "SF:a|DA:1,0|LF:1|LH:0|end_of_record|SF:a|DA:1,2|LF:1|LH:1|end_of_record|",
        (2, 1, 0.5),
    ),
    "branches never reached": ("SF:a|BRDA:1,0,0,-|BRDA:1,e0,1,-|DA:1,1|", (1, 1, None)),
    "functions of the newer format": ("SF:a|FNL:0,1,9|FNA:0,3,f|DA:1,0|", (1, 0, None)),
    "a checksum": ("SF:a|DA:1,4,C6rQ0Ep6aOOlMeTaEXgVqg|", (1, 1, None)),
    "counts below nought": ("SF:a|DA:1,-1|", (1, 0, None)),
    "a file without lines": ("TN:|SF:a|LF:0|LH:0|end_of_record|", (0, 0, None)),
    "more hit than found": ("SF:a|DA:1,1|LF:1|LH:2|", (1, 1, None)),
    "a comment and an empty line": ("# made by hand||SF:a|DA:1,1|", (1, 1, None)),
}


@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("trace", "counts"), LCOV.values(), ids=LCOV)
def test_lcov_trace_of_many_writers(
    trace: str, counts: tuple[int, int, float | None], line_break: str
) -> None:
    numbers = read("lcov", trace.replace("|", line_break))

    names = ("lines_valid", "lines_covered", "declared_line_rate")
    assert tuple(numbers[name] for name in names) == counts


@pytest.mark.parametrize("record", ["DA:1", "DA:1,", "DA:1,-", "DA:1,x", "DA:1,1e9"])
def test_lcov_line_without_a_count_is_refused(record: str) -> None:
    with pytest.raises(Unreadable, match="has no count"):
        read("lcov", f"SF:a\n{record}\nend_of_record\n")


@pytest.mark.parametrize("covered", [-1, 11, 1.5, "7", None, True])
def test_istanbul_total_that_does_not_count_is_refused(covered: object) -> None:
    lines = {"total": 10, "covered": covered, "skipped": 0, "pct": 70}

    with pytest.raises(Unreadable, match=r"total\.lines does not count|covered"):
        read("istanbul", json.dumps({"total": {"lines": lines}}))
