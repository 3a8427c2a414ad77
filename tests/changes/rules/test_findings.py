import pytest

from changes.rules.findings import Finding, combined
from changes.vocabulary import Verdict

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNKNOWN, WAITING, NOT_APPLICABLE = Verdict.UNKNOWN, Verdict.WAITING, Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        pytest.param([], WAITING, id="none is waiting, never passed"),
        pytest.param([PASSED, PASSED], PASSED, id="all passed"),
        pytest.param([PASSED, NOT_APPLICABLE], PASSED, id="what does not apply is left out"),
        pytest.param([NOT_APPLICABLE], NOT_APPLICABLE, id="nothing applies"),
        pytest.param([PASSED, WAITING], WAITING, id="one waits"),
        pytest.param([WAITING, UNKNOWN, PASSED], UNKNOWN, id="one is unknown"),
        pytest.param([UNKNOWN, FAILED, WAITING, PASSED], FAILED, id="one failed"),
    ],
)
def test_findings_combine_to_the_worst(verdicts: list[Verdict], expected: Verdict) -> None:
    findings = [Finding("rule", verdict, "A sentence.") for verdict in verdicts]

    assert combined(findings) is expected


@pytest.mark.parametrize(
    ("verdict", "is_clear"),
    [(PASSED, True), (NOT_APPLICABLE, True), (FAILED, False), (UNKNOWN, False), (WAITING, False)],
)
def test_finding_is_clear_only_when_nothing_stands_in_the_way(
    verdict: Verdict, is_clear: bool
) -> None:
    finding = Finding("rule", verdict, "A sentence.")

    assert (finding.is_clear, finding.is_open) == (is_clear, not is_clear)
