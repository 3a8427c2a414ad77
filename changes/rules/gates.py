"""Gates: what the pipeline must show for the revision that is deployed."""

from collections.abc import Callable
from decimal import Decimal

from changes.rules.approvals import UNSEEN, peer_reviewers
from changes.rules.facts import ChangeFacts, GateResultFacts
from changes.rules.findings import (
    Finding,
    combined,
    failed,
    passed,
    unknown,
    waiting,
)
from changes.rules.policy import Policy
from changes.rules.without_code import asks_for_code
from changes.vocabulary import Gate, Verdict

Judgement = tuple[Verdict, str]


@asks_for_code
def all_tests_passed(facts: ChangeFacts, policy: Policy) -> Finding:
    """No test failed; none run is unknown, and so is too large a part skipped."""
    return _each_tool(
        "all_tests_passed", facts, Gate.TESTS, "test results", lambda r: _tests(r, policy)
    )


@asks_for_code
def coverage_reaches_minimum(facts: ChangeFacts, policy: Policy) -> Finding:
    """Covered lines of valid lines, compared exactly: 79.99 % does not reach 80 %."""
    return _each_tool(
        "coverage_reaches_minimum",
        facts,
        Gate.COVERAGE,
        "a coverage report",
        lambda r: _coverage(r, policy),
    )


@asks_for_code
def no_critical_security_finding(facts: ChangeFacts, policy: Policy) -> Finding:
    """Every scanner that the policy requires reported, and none has a critical finding.

    A suppressed finding counts until an approver has accepted its suppression.
    """
    rule = "no_critical_security_finding"
    results = [r for r in _newest(facts, Gate.SECURITY_SCAN) if "critical" in r.numbers]
    reports = {result.tool.casefold(): result for result in results}
    found = {result.tool: _open_criticals(result) for result in results}
    bad = [tool for tool, count in found.items() if count > policy.critical_findings_maximum]
    if bad:
        return failed(rule, f"Critical findings reported by {', '.join(bad)}.", found=found)
    lacking = [name for name in policy.required_scanners if name.casefold() not in reports]
    if lacking or not reports:
        what = f"a report of {', '.join(lacking) or 'a security scanner'}"
        return _missing(facts, rule, what, lacking=lacking)
    return passed(rule, "Every required scanner reported, and none found anything critical.")


@asks_for_code
def code_review_approved(facts: ChangeFacts, policy: Policy) -> Finding:
    """Enough approving reviews of the tested revision by people who did not write it."""
    rule, needed = "code_review_approved", policy.code_reviews_minimum
    reviewers = peer_reviewers(facts)
    if len(reviewers) >= needed:
        names = ", ".join(person.name for person in reviewers.values())
        return passed(rule, f"Approved in review by {names}.", reviewers=sorted(reviewers))
    if facts.is_imported:
        return unknown(rule, UNSEEN)
    if not facts.sees_reviews:
        return unknown(rule, "The git host reports no reviews: let a peer approve it here.")
    if facts.is_deployed:
        return failed(rule, "Deployed without an approving review by somebody else.")
    return waiting(rule, f"Waits for an approving review ({needed} needed).")


GATE_RULES = (
    all_tests_passed,
    coverage_reaches_minimum,
    no_critical_security_finding,
    code_review_approved,
)
PIPELINE_GATE_RULES = GATE_RULES[:3]


def _tests(result: GateResultFacts, policy: Policy) -> Judgement:
    names = ("total", "passed", "failed", "skipped")
    count = {name: result.numbers.get(name, 0) for name in names}
    run = count["passed"] + count["failed"]
    if run == 0:
        return Verdict.UNKNOWN, f"{result.tool} ran no test."
    if not _reaches(count["passed"], run, policy.tests_passed_minimum_percent):
        return Verdict.FAILED, f"{result.tool}: {count['failed']} of {run} tests failed."
    if min(count.values()) < 0 or run + count["skipped"] != count["total"]:
        return Verdict.UNKNOWN, f"{result.tool}: its numbers do not add up to {count['total']}."
    if count["skipped"] * 100 > policy.tests_skipped_maximum_percent * count["total"]:
        limit = f"more than {policy.tests_skipped_maximum_percent.normalize():f} %"
        skipped = f"{result.tool} skipped {count['skipped']} of {count['total']} tests"
        return Verdict.UNKNOWN, f"{skipped}, {limit}."
    return Verdict.PASSED, f"{result.tool}: {count['passed']} of {run} tests passed."


def _coverage(result: GateResultFacts, policy: Policy) -> Judgement:
    valid, covered = result.numbers.get("lines_valid", 0), result.numbers.get("lines_covered")
    if valid <= 0 or covered is None:
        return Verdict.UNKNOWN, f"{result.tool} measured no line."
    if not 0 <= covered <= valid:
        return Verdict.UNKNOWN, f"{result.tool}: {covered} of {valid} lines cannot be."
    minimum = policy.coverage_minimum_percent
    shown = f"{result.tool}: {truncated_percent(covered, valid)} % of {valid} lines"
    if _reaches(covered, valid, minimum):
        return Verdict.PASSED, f"{shown} covered, at least {minimum.normalize():f} %."
    return Verdict.FAILED, f"{shown} covered, below {minimum.normalize():f} %."


def _open_criticals(result: GateResultFacts) -> int:
    """Critical findings, suppressed ones among them, without those whose suppression an
    approver has accepted.
    """
    numbers = result.numbers
    accepted = min(numbers.get("accepted_critical", 0), numbers.get("suppressed_critical", 0))
    return numbers["critical"] - max(accepted, 0)


def truncated_percent(part: int, whole: int) -> str:
    """Two decimals, cut off and never rounded up, so that 79.999 % does not read 80."""
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _reaches(part: int, whole: int, percent: Decimal) -> bool:
    return Decimal(part * 100) >= percent * whole


def _each_tool(
    rule: str,
    facts: ChangeFacts,
    gate: Gate,
    what: str,
    judge: Callable[[GateResultFacts], Judgement],
) -> Finding:
    findings = [Finding(rule, *judge(result)) for result in _newest(facts, gate)]
    if not findings:
        return _missing(facts, rule, what)
    sentences = [f.sentence for f in findings if f.verdict is combined(findings)]
    return Finding(rule, combined(findings), " ".join(sentences))


def _newest(facts: ChangeFacts, gate: Gate) -> list[GateResultFacts]:
    """The newest result of each tool for the revision that has to be tested."""
    results = [r for r in facts.gate_results if r.gate is gate]
    results = [r for r in results if r.revision and r.revision == facts.tested_revision]
    newest = {r.tool.casefold(): r for r in sorted(results, key=lambda r: r.produced_at)}
    return [newest[name] for name in sorted(newest)]


def _missing(facts: ChangeFacts, rule: str, what: str, **more: object) -> Finding:
    if facts.is_imported:
        return unknown(rule, f"The imported history shows no {what.removeprefix('a ')}.", **more)
    revision = facts.tested_revision[:12] or "the head revision"
    if facts.is_deployed:
        return unknown(rule, f"Never received: {what} for {revision}.", **more)
    return waiting(rule, f"Waits for {what} for {revision}.", **more)
