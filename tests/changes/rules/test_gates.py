from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from changes.rules.facts import ChangeFacts, GateResultFacts, ReviewFacts
from changes.rules.gates import (
    GATE_RULES,
    PIPELINE_GATE_RULES,
    all_tests_passed,
    code_review_approved,
    coverage_reaches_minimum,
    no_critical_security_finding,
    truncated_percent,
)
from changes.vocabulary import Gate, ReviewState, Verdict
from tests.factories import times
from tests.factories.facts import (
    AUTHOR,
    BOT,
    HEAD,
    LEAD,
    OTHER,
    PEER,
    POLICY,
    all_gates,
    change_facts,
    commit,
    coverage,
    deployment,
    gate_result,
    imported,
    lead_approval,
    peer_approval,
    policy,
    ran,
    review,
    scan,
)

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNKNOWN, WAITING = Verdict.UNKNOWN, Verdict.WAITING
LATER = times.APPROVED + timedelta(minutes=1)
SCANS = tuple(scan(tool) for tool in POLICY.required_scanners)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param({"total": 200, "passed": 200}, PASSED, id="all passed"),
        pytest.param({"total": 1, "passed": 1}, PASSED, id="one test passed"),
        pytest.param({"total": 200, "passed": 199, "failed": 1}, FAILED, id="one of 200 failed"),
        pytest.param({"total": 0, "passed": 0}, UNKNOWN, id="zero tests run is unknown"),
        pytest.param({"total": 9, "passed": 0, "skipped": 9}, UNKNOWN, id="all skipped"),
        pytest.param({"total": 100, "passed": 95, "skipped": 5}, PASSED, id="5 % skipped passes"),
        pytest.param(
            {"total": 1000, "passed": 949, "skipped": 51}, UNKNOWN, id="5.1 % skipped is unknown"
        ),
        pytest.param(
            {"total": 100, "passed": 93, "failed": 1, "skipped": 6},
            FAILED,
            id="a failed test outweighs the skipped",
        ),
        pytest.param({"total": 200, "passed": 150}, UNKNOWN, id="50 unaccounted for is unknown"),
        pytest.param({"total": 5, "passed": 10, "failed": -5}, UNKNOWN, id="negative is unknown"),
    ],
)
def test_all_tests_passed_has_edges(numbers: dict[str, int], expected: Verdict) -> None:
    facts = change_facts(gate_results=(ran(**numbers),))

    assert all_tests_passed(facts, POLICY).verdict is expected


def test_all_tests_passed_is_unknown_where_the_report_holds_no_numbers() -> None:
    facts = change_facts(gate_results=(gate_result(Gate.TESTS, "pytest", {}),))

    assert all_tests_passed(facts, POLICY).verdict is UNKNOWN


def test_all_tests_passed_says_how_many_were_skipped() -> None:
    facts = change_facts(gate_results=(ran(total=100, passed=90, skipped=10),))

    sentence = all_tests_passed(facts, POLICY).sentence

    assert sentence == "pytest skipped 10 of 100 tests, more than 5 %."


def test_all_tests_passed_takes_the_figures_of_the_policy() -> None:
    facts = change_facts(gate_results=(ran(total=100, passed=80, failed=10, skipped=10),))
    lenient = policy(
        tests_passed_minimum_percent=Decimal("88.8"), tests_skipped_maximum_percent=Decimal(10)
    )

    assert all_tests_passed(facts, lenient).verdict is PASSED


@pytest.mark.parametrize(
    ("covered", "valid", "expected"),
    [
        pytest.param(800, 1000, PASSED, id="80.0 passes"),
        pytest.param(7999, 10_000, FAILED, id="79.99 fails"),
        pytest.param(79_999_999, 100_000_000, FAILED, id="79.999999 is not rounded up"),
        pytest.param(8001, 10_000, PASSED, id="80.01 passes"),
        pytest.param(1000, 1000, PASSED, id="100 passes"),
        pytest.param(0, 1000, FAILED, id="0 fails"),
        pytest.param(0, 0, UNKNOWN, id="no line measured is unknown"),
        pytest.param(1001, 1000, UNKNOWN, id="more than all is unknown"),
        pytest.param(-1, 1000, UNKNOWN, id="less than none is unknown"),
    ],
)
def test_coverage_reaches_minimum_has_edges(covered: int, valid: int, expected: Verdict) -> None:
    facts = change_facts(gate_results=(coverage(covered, valid),))

    assert coverage_reaches_minimum(facts, POLICY).verdict is expected


def test_coverage_is_unknown_where_the_report_does_not_say_what_is_covered() -> None:
    result = gate_result(Gate.COVERAGE, "coverage", {"lines_valid": 1000})

    finding = coverage_reaches_minimum(change_facts(gate_results=(result,)), POLICY)

    assert finding.verdict is UNKNOWN


def test_coverage_shows_a_percentage_that_is_cut_off() -> None:
    facts = change_facts(gate_results=(coverage(79_999, 100_000),))

    sentence = coverage_reaches_minimum(facts, POLICY).sentence

    assert sentence == "coverage: 79.99 % of 100000 lines covered, below 80 %."


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(2, 3, "66.66"), (1, 1, "100.00"), (0, 7, "0.00"), (1, 1000, "0.10")],
)
def test_truncated_percent_never_rounds_up(part: int, whole: int, expected: str) -> None:
    assert truncated_percent(part, whole) == expected


def test_security_scan_passes_when_every_scanner_found_nothing_critical() -> None:
    facts = change_facts(gate_results=(*SCANS[:2], scan("Snyk", high=3)))

    assert no_critical_security_finding(facts, POLICY).verdict is PASSED


@pytest.mark.parametrize("missing", POLICY.required_scanners)
@pytest.mark.parametrize(
    ("deployments", "expected"),
    [
        pytest.param((), WAITING, id="waits before the deployment"),
        pytest.param((deployment(),), UNKNOWN, id="unknown after it"),
    ],
)
def test_security_scan_misses_each_required_scanner(
    missing: str, deployments: tuple[Any, ...], expected: Verdict
) -> None:
    others = tuple(result for result in SCANS if result.tool != missing)

    finding = no_critical_security_finding(
        change_facts(gate_results=others, deployments=deployments), POLICY
    )

    assert (finding.verdict, finding.facts["lacking"]) == (expected, [missing])


def test_security_scan_knows_a_scanner_whatever_its_case() -> None:
    facts = change_facts(gate_results=tuple(scan(s.tool.upper()) for s in SCANS))

    assert no_critical_security_finding(facts, POLICY).verdict is PASSED


def test_security_scan_without_any_report_waits_even_where_none_is_required() -> None:
    finding = no_critical_security_finding(
        change_facts(gate_results=()), policy(required_scanners=())
    )

    assert finding.verdict is WAITING


def test_security_scan_without_a_count_of_critical_findings_is_no_report() -> None:
    silent = gate_result(Gate.SECURITY_SCAN, "CodeQL", {"high": 0})

    finding = no_critical_security_finding(change_facts(gate_results=(silent, *SCANS[1:])), POLICY)

    assert (finding.verdict, finding.facts["lacking"]) == (WAITING, ["CodeQL"])


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param({"critical": 0}, PASSED, id="none passes"),
        pytest.param({"critical": 1}, FAILED, id="one fails"),
        pytest.param({"critical": 1, "suppressed_critical": 1}, FAILED, id="suppressed fails"),
        pytest.param(
            {"critical": 1, "suppressed_critical": 1, "accepted_critical": 1},
            PASSED,
            id="suppressed and accepted passes",
        ),
        pytest.param(
            {"critical": 2, "suppressed_critical": 2, "accepted_critical": 1},
            FAILED,
            id="one of two accepted fails",
        ),
        pytest.param(
            {"critical": 2, "suppressed_critical": 1, "accepted_critical": 2},
            FAILED,
            id="only a suppressed one can be accepted",
        ),
        pytest.param(
            {"critical": 0, "suppressed_critical": 0, "accepted_critical": -1},
            PASSED,
            id="a negative number accepts nothing",
        ),
    ],
)
def test_security_scan_counts_critical_findings(numbers: dict[str, int], expected: Verdict) -> None:
    facts = change_facts(gate_results=(*SCANS[1:], scan("CodeQL", **numbers)))

    assert no_critical_security_finding(facts, POLICY).verdict is expected


def test_security_scan_heeds_a_scanner_that_nobody_requires() -> None:
    facts = change_facts(gate_results=(*SCANS, scan("rule", critical=1)))

    finding = no_critical_security_finding(facts, POLICY)

    assert (finding.verdict, finding.sentence) == (FAILED, "Critical findings reported by rule.")


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        pytest.param((review(PEER),), PASSED, id="by a peer passes"),
        pytest.param((review(LEAD),), PASSED, id="by the tech lead passes"),
        pytest.param((), WAITING, id="none waits"),
        pytest.param((review(AUTHOR),), WAITING, id="by an author does not count"),
        pytest.param((review(BOT),), WAITING, id="by a bot does not count"),
        pytest.param(
            (review(PEER, state=ReviewState.COMMENTED),), WAITING, id="a comment does not count"
        ),
        pytest.param((review(PEER, revision=OTHER),), WAITING, id="of another revision waits"),
        pytest.param(
            (
                review(PEER),
                review(PEER, state=ReviewState.CHANGES_REQUESTED, submitted_at=LATER),
            ),
            WAITING,
            id="changes requested after approved waits",
        ),
        pytest.param(
            (review(PEER), review(PEER, state=ReviewState.DISMISSED, submitted_at=LATER)),
            WAITING,
            id="dismissed after approved waits",
        ),
        pytest.param(
            (review(PEER), review(PEER, state=ReviewState.DISMISSED)),
            WAITING,
            id="dismissed at the time of the review itself waits",
        ),
        pytest.param(
            (review(PEER, state=ReviewState.CHANGES_REQUESTED), review(PEER, submitted_at=LATER)),
            PASSED,
            id="approved after changes requested passes",
        ),
        pytest.param(
            (review(PEER), review(PEER, state=ReviewState.COMMENTED, submitted_at=LATER)),
            PASSED,
            id="a comment after approved leaves it",
        ),
        pytest.param(
            (review(PEER), review(PEER, revision=OTHER, submitted_at=LATER)),
            PASSED,
            id="another revision approved as well leaves it",
        ),
        pytest.param(
            (review(PEER), review(LEAD, state=ReviewState.CHANGES_REQUESTED, submitted_at=LATER)),
            PASSED,
            id="changes requested by somebody else leave it",
        ),
    ],
)
def test_code_review_counts_what_stands(
    reviews: tuple[ReviewFacts, ...], expected: Verdict
) -> None:
    facts = change_facts(reviews=reviews, approvals=())

    assert code_review_approved(facts, POLICY).verdict is expected


def test_code_review_by_a_co_author_does_not_count() -> None:
    facts = change_facts(
        commits=(commit(co_authors=(PEER,)),), reviews=(review(PEER),), approvals=()
    )

    assert code_review_approved(facts, POLICY).verdict is WAITING


def test_code_review_may_be_an_approval_in_the_portal() -> None:
    facts = change_facts(approvals=(peer_approval(),), sees_reviews=False)

    assert code_review_approved(facts, POLICY).verdict is PASSED


def test_code_review_by_one_person_twice_is_one_review() -> None:
    facts = change_facts(approvals=(peer_approval(),), reviews=(review(PEER),))

    assert code_review_approved(facts, policy(code_reviews_minimum=2)).verdict is WAITING


def test_code_review_of_the_same_diff_counts_after_a_rebase() -> None:
    commits = (commit(), commit(sha=OTHER))
    facts = change_facts(commits=commits, reviews=(review(revision=OTHER),), approvals=())

    assert code_review_approved(facts, POLICY).verdict is PASSED


def test_code_review_lacking_after_the_deployment_has_failed() -> None:
    facts = change_facts(approvals=(), deployments=(deployment(),))

    assert code_review_approved(facts, POLICY).verdict is FAILED


def test_code_review_is_unknown_where_the_host_does_not_report_any() -> None:
    facts = change_facts(approvals=(lead_approval(),), sees_reviews=False)

    assert code_review_approved(facts, POLICY).verdict is UNKNOWN


@pytest.mark.parametrize("rule", PIPELINE_GATE_RULES)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(gate_results=()), WAITING, id="waits before the deployment"),
        pytest.param(
            change_facts(gate_results=(), deployments=(deployment(),)),
            UNKNOWN,
            id="never received after it",
        ),
        pytest.param(change_facts(gate_results=all_gates(OTHER)), WAITING, id="another revision"),
        pytest.param(
            change_facts(deployments=(deployment(revision=OTHER),)),
            UNKNOWN,
            id="of the head where another revision was deployed",
        ),
        pytest.param(
            change_facts(head_revision="", gate_results=all_gates("")), WAITING, id="no revision"
        ),
        pytest.param(imported(), UNKNOWN, id="imported history shows nothing"),
        pytest.param(
            imported(sees_reviews=True, gate_results=all_gates(OTHER)),
            UNKNOWN,
            id="imported history with results of another revision",
        ),
    ],
)
def test_pipeline_gate_without_a_result_is_no_pass(
    rule: Any, facts: ChangeFacts, expected: Verdict
) -> None:
    assert rule(facts, POLICY).verdict is expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param((ran(passed=199, failed=1), ran()), PASSED, id="a rerun passed"),
        pytest.param((ran(), ran(passed=199, failed=1)), FAILED, id="a rerun failed"),
    ],
)
def test_gate_takes_the_newest_result_of_a_tool(
    results: tuple[GateResultFacts, ...], expected: Verdict
) -> None:
    newer = replace(results[1], produced_at=results[1].produced_at + timedelta(seconds=1))

    finding = all_tests_passed(change_facts(gate_results=(newer, results[0])), POLICY)

    assert finding.verdict is expected


def test_gate_is_as_bad_as_its_worst_tool() -> None:
    bad = replace(ran(passed=199, failed=1), tool="vitest")

    finding = all_tests_passed(change_facts(gate_results=(ran(), bad)), POLICY)

    assert (finding.verdict, finding.sentence) == (FAILED, "vitest: 1 of 200 tests failed.")


@pytest.mark.parametrize("rule", GATE_RULES)
def test_gate_passes_on_the_deployed_revision(rule: Any) -> None:
    facts = change_facts(head_revision=OTHER, deployments=(deployment(revision=HEAD),))

    assert rule(facts, POLICY).verdict is PASSED
