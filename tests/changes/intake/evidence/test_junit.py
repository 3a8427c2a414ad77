import pytest

from changes.intake.evidence import Unreadable
from changes.vocabulary import Verdict
from tests.changes.intake.evidence.reading import judged, read

PASSING = '<testcase name="a"/>'
EDGES = {
    "a failure": ("<testcase><failure/></testcase>", (0, 1, 0, 0)),
    "an error": ("<testcase><error/></testcase>", (0, 1, 0, 0)),
    "a failure and an error are one": ("<testcase><failure/><error/></testcase>", (0, 1, 0, 0)),
    "failed though skipped": ("<testcase><skipped/><failure/></testcase>", (0, 1, 0, 0)),
    "skipped": ("<testcase><skipped/></testcase>", (0, 0, 1, 0)),
    "flaky": ("<testcase><flakyFailure/><flakyError/></testcase>", (1, 0, 0, 1)),
    "flaky but failed": ("<testcase><flakyFailure/><failure/></testcase>", (0, 1, 0, 0)),
    "failed again and again": ("<testcase><failure/><rerunFailure/></testcase>", (0, 1, 0, 0)),
    "a repeated name is another case": (PASSING * 3, (3, 0, 0, 0)),
    "a word in the output is no failure": (
        "<testcase><system-out><failure/></system-out></testcase>",
        (1, 0, 0, 0),
    ),
    "suites within suites": (
        f"<testsuite><testsuite>{PASSING}</testsuite></testsuite>",
        (1, 0, 0, 0),
    ),
    "what suites declare does not count": ('<testsuite tests="9" failures="9"/>', (0, 0, 0, 0)),
}


@pytest.mark.parametrize(("inner", "counts"), EDGES.values(), ids=EDGES)
def test_cases_are_counted_as_found(inner: str, counts: tuple[int, int, int, int]) -> None:
    numbers = read("junit", f"<testsuites><testsuite>{inner}</testsuite></testsuites>")

    assert (numbers["passed"], numbers["failed"], numbers["skipped"], numbers["flaky"]) == counts
    assert numbers["tests"] == sum(counts[:3])


@pytest.mark.parametrize(
    ("inner", "verdict"),
    [
        pytest.param(PASSING, Verdict.PASSED, id="one passed"),
        pytest.param(PASSING + "<testcase><failure/></testcase>", Verdict.FAILED, id="one failed"),
        pytest.param("", Verdict.UNKNOWN, id="no test"),
        pytest.param("<testcase><skipped/></testcase>", Verdict.UNKNOWN, id="all skipped"),
        pytest.param(PASSING + "<error>no database</error>", Verdict.FAILED, id="the suite broke"),
    ],
)
def test_nothing_run_is_never_a_pass(inner: str, verdict: Verdict) -> None:
    assert judged("junit", f"<testsuite>{inner}</testsuite>") is verdict


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encoding_is_what_the_declaration_says(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    document = f'<?xml version="1.0" encoding="{name}"?><testsuite><testcase name="é"/></testsuite>'

    assert read("junit", document.encode(encoding))["passed"] == 1


def test_prefix_of_a_namespace_does_not_matter() -> None:
    document = '<j:testsuite xmlns:j="urn:j"><j:testcase><j:error/></j:testcase></j:testsuite>'

    assert read("junit", document)["failed"] == 1


DOCUMENTS: dict[str, tuple[str, tuple[int, int, int, int]]] = {
    "a bare suite": (f"<testsuite>{PASSING}</testsuite>", (1, 0, 0, 0)),
    "a bare suite of suites": (
        f"<testsuite><testsuite>{PASSING}</testsuite>{PASSING}</testsuite>",
        (2, 0, 0, 0),
    ),
    "suites of suites of suites": (
        (
            f"<testsuites><testsuite><testsuite><testsuite>{PASSING}<testcase><error/></testcase>"
            f"</testsuite>{PASSING}</testsuite><properties/></testsuite></testsuites>"
        ),
        (2, 1, 0, 0),
    ),
    "cases without a suite": (f"<testsuites>{PASSING}</testsuites>", (1, 0, 0, 0)),
    "no counts on the suites": (
        f"<testsuites><testsuite name='a'>{PASSING}</testsuite></testsuites>",
        (1, 0, 0, 0),
    ),
    "counts that contradict the cases": (
        (
            "<testsuites tests='9' failures='0'><testsuite tests='0' errors='-1' skipped='many'>"
            "<testcase><failure/></testcase></testsuite></testsuites>"
        ),
        (0, 1, 0, 0),
    ),
    "properties of a case are no outcome": (
        (
            "<testsuite><testcase><properties><property name='failure'/></properties></testcase>"
            "</testsuite>"
        ),
        (1, 0, 0, 0),
    ),
    "an error that came again": (
        "<testsuite><testcase><error/><rerunError/><rerunError/></testcase></testsuite>",
        (0, 1, 0, 0),
    ),
    "a rerun alone is no failure": (
        "<testsuite><testcase><rerunFailure/></testcase></testsuite>",
        (1, 0, 0, 0),
    ),
    "flaky in the end skipped": (
        "<testsuite><testcase><flakyFailure/><skipped/></testcase></testsuite>",
        (0, 0, 1, 0),
    ),
    "skipped with a reason": (
        "<testsuite><testcase><skipped message='later'>why</skipped></testcase></testsuite>",
        (0, 0, 1, 0),
    ),
    "a DOCTYPE that names a file": (
        f"<!DOCTYPE testsuite SYSTEM 'http://127.0.0.1:1/j.dtd'><testsuite>{PASSING}</testsuite>",
        (1, 0, 0, 0),
    ),
    "no test": ("<testsuites tests='0'/>", (0, 0, 0, 0)),
}


@pytest.mark.parametrize(("document", "counts"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_documents_of_many_writers(document: str, counts: tuple[int, int, int, int]) -> None:
    numbers = read("junit", document)

    assert (numbers["passed"], numbers["failed"], numbers["skipped"], numbers["flaky"]) == counts


@pytest.mark.parametrize("root", ["testrun", "assemblies", "coverage", "testcase"])
def test_document_of_another_format_is_refused(root: str) -> None:
    with pytest.raises(Unreadable, match="expected testsuites or testsuite"):
        read("junit", f"<{root}><testcase/></{root}>")
