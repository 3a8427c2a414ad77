"""What holds for every input, against oracles that are written another way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changes.rules import RULES, Rule, judge
from changes.rules.approvals import counted, peer_reviewers
from changes.rules.facts import (
    ApprovalFacts,
    ChangeFacts,
    DeploymentFacts,
    GateResultFacts,
    PersonFacts,
    ReviewFacts,
    RunFacts,
)
from changes.rules.gates import PIPELINE_GATE_RULES
from changes.rules.pipeline import STAGES, pipeline_stages_in_order
from changes.rules.windows import inside_hours, is_avoided_day
from changes.vocabulary import (
    ApprovalRole,
    Category,
    Decision,
    Gate,
    PipelineStage,
    ReviewState,
    RunOutcome,
    Verdict,
)
from tests.factories import times
from tests.factories.facts import (
    HEAD,
    OTHER,
    POLICY,
    all_runs,
    change_facts,
    commit,
    deployment,
    gate_result,
    imported,
    run,
)

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
MINUTES = int((LAST - FIRST).total_seconds()) // 60


def sunday(year: int, month: int, number: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))


def is_open_by_the_calendar(at: datetime) -> bool:
    """Without a time zone database: summer time from the second Sunday of March, 10:00 UTC,
    to the first Sunday of November, 09:00 UTC.
    """
    begins = sunday(at.year, 3, 2) + timedelta(hours=10)
    ends = sunday(at.year, 11, 1) + timedelta(hours=9)
    local = at - timedelta(hours=7 if begins <= at < ends else 8)
    minutes = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)).seconds // 60
    return local.weekday() < 5 and 600 <= minutes < 960


def weeks_of_changing_clocks() -> Iterator[datetime]:
    for year in range(2026, 2031):
        for change in (sunday(year, 3, 2), sunday(year, 11, 1)):
            yield from (change + timedelta(minutes=m) for m in range(-3 * 1440, 3 * 1440))


def test_window_agrees_with_the_calendar_every_nineteen_minutes_of_five_years() -> None:
    moments = (FIRST + timedelta(minutes=m) for m in range(0, MINUTES, 19))

    differing = [at for at in moments if inside_hours(at, POLICY) != is_open_by_the_calendar(at)]

    assert differing == []


@pytest.mark.long
def test_window_agrees_with_the_calendar_each_minute_of_five_years() -> None:
    moments = (FIRST + timedelta(minutes=m) for m in range(MINUTES))

    differing = [at for at in moments if inside_hours(at, POLICY) != is_open_by_the_calendar(at)]

    assert differing == []


def test_window_agrees_with_the_calendar_each_minute_around_the_changes_of_clocks() -> None:
    differing = [
        at
        for at in weeks_of_changing_clocks()
        if inside_hours(at, POLICY) != is_open_by_the_calendar(at)
    ]

    assert differing == []


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 30), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis adds the zone
def test_window_is_the_same_in_whatever_zone_the_instant_is_written(at: datetime) -> None:
    utc = at.astimezone(UTC)

    assert inside_hours(at, POLICY) == is_open_by_the_calendar(utc)
    assert is_avoided_day(at, POLICY) == is_avoided_day(utc, POLICY)


PEOPLE = st.builds(PersonFacts, st.integers(1, 5), st.just("Somebody"))
MOMENTS = st.integers(0, 300).map(lambda minutes: times.SUBMITTED + timedelta(minutes=minutes))
REVISIONS = st.sampled_from([HEAD, OTHER, ""])
APPROVALS = st.builds(
    ApprovalFacts,
    person=PEOPLE,
    role=st.sampled_from(ApprovalRole),
    decision=st.sampled_from(Decision),
    decided_at=MOMENTS,
    revision=REVISIONS,
    request_digest=st.sampled_from(["d" * 64, "e" * 64]),
    patch_id=st.sampled_from(["", "p1", "p2"]),
    roles_held=st.just(frozenset({"tech lead"})),
    systems_led=st.just(frozenset({"pages"})),
    was_on_call=st.booleans(),
)
REVIEWS = st.builds(ReviewFacts, PEOPLE, st.sampled_from(ReviewState), REVISIONS, MOMENTS)
CHANGES = st.builds(
    lambda category, requester, authors, co_authors, approvals, reviews, is_deployed: change_facts(
        category=category,
        requester=requester,
        pull_request_authors=(),
        commits=tuple(commit(author=a, co_authors=tuple(co_authors)) for a in authors),
        approvals=tuple(approvals),
        reviews=tuple(reviews),
        deployments=(deployment(),) if is_deployed else (),
    ),
    st.sampled_from(Category),
    PEOPLE,
    st.lists(PEOPLE, min_size=1, max_size=2),
    st.lists(PEOPLE, max_size=1),
    st.lists(APPROVALS, max_size=8),
    st.lists(REVIEWS, max_size=4),
    st.booleans(),
)


@settings(max_examples=300)
@given(CHANGES)
def test_approver_is_never_an_author_whatever_the_sequence(facts: ChangeFacts) -> None:
    approvers = {a.person.id for a in counted(facts)} | set(peer_reviewers(facts))

    assert approvers.isdisjoint(facts.authors)


@settings(max_examples=300)
@given(CHANGES)
def test_normal_change_passes_by_two_different_people_only(facts: ChangeFacts) -> None:
    findings = {f.rule: f for f in judge(replace(facts, category=Category.NORMAL), POLICY)}
    lead, peer = findings["tech_lead_of_every_system"], findings["peer_review_by_another_person"]

    if lead.verdict is peer.verdict is Verdict.PASSED:
        people = {a.person.id for a in counted(facts)} | set(peer_reviewers(facts))
        assert len(people) >= 2


@settings(max_examples=200)
@given(CHANGES, PEOPLE, MOMENTS)
def test_rejection_never_turns_anything_to_pass(
    facts: ChangeFacts, person: PersonFacts, at: datetime
) -> None:
    rejection = ApprovalFacts(person, ApprovalRole.TECH_LEAD, Decision.REJECTED, at, HEAD, "d" * 64)
    rejected = replace(facts, approvals=(*facts.approvals, rejection))

    before, after = judge(facts, POLICY), judge(rejected, POLICY)

    assert all(b.is_clear or a.is_open for b, a in zip(before, after, strict=True))


COUNTED = ("total", "passed", "failed", "skipped", "lines_valid", "lines_covered")
FOUND = ("critical", "suppressed_critical", "accepted_critical")
NUMBERS = st.dictionaries(st.sampled_from([*COUNTED, *FOUND]), st.integers(-3, 200))
RESULTS = st.builds(
    lambda gate, tool, numbers, revision: gate_result(gate, tool, numbers, revision=revision),
    st.sampled_from(Gate),
    st.sampled_from(["CodeQL", "npm audit", "Snyk", "pytest", "rule"]),
    NUMBERS,
    REVISIONS,
)


@settings(max_examples=300)
@given(st.lists(RESULTS, max_size=8), RESULTS)
def test_result_of_one_gate_never_turns_another_gate_to_pass(
    results: list[GateResultFacts], another: GateResultFacts
) -> None:
    gates = [Gate.TESTS, Gate.COVERAGE, Gate.SECURITY_SCAN]
    before = change_facts(gate_results=tuple(results))
    after = change_facts(gate_results=(*results, another))

    for gate, rule in zip(gates, PIPELINE_GATE_RULES, strict=True):
        if gate is not another.gate:
            assert rule(before, POLICY) == rule(after, POLICY)


@settings(max_examples=300)
@given(st.lists(RESULTS, max_size=8))
def test_gate_passes_only_where_something_ran(results: list[GateResultFacts]) -> None:
    facts = change_facts(gate_results=tuple(results))
    tests, coverage, scan = (rule(facts, POLICY).verdict for rule in PIPELINE_GATE_RULES)
    seen = [r for r in results if r.revision == HEAD]

    ran = {r.gate for r in seen if max(r.numbers.get("passed", 0), 0)}
    measured = {r.gate for r in seen if r.numbers.get("lines_valid", 0) > 0}
    scanned = {r.tool for r in seen if r.gate is Gate.SECURITY_SCAN}

    assert tests is not Verdict.PASSED or Gate.TESTS in ran
    assert coverage is not Verdict.PASSED or Gate.COVERAGE in measured
    assert scan is not Verdict.PASSED or scanned >= set(POLICY.required_scanners)


RUNS = st.builds(
    lambda stage, check, outcome, minute, revision: run(
        stage,
        check,
        outcome=outcome,
        revision=revision,
        started_at=times.TESTED + timedelta(minutes=minute),
        finished_at=times.TESTED + timedelta(minutes=minute),
    ),
    st.sampled_from(PipelineStage),
    st.sampled_from([check for checks in POLICY.pipeline_checks.values() for check in checks]),
    st.sampled_from(RunOutcome),
    st.integers(-5, 20),
    REVISIONS,
)


@settings(max_examples=200)
@given(st.lists(RUNS, max_size=4), st.sets(st.integers(0, 8), max_size=3))
def test_pipeline_passes_only_where_every_check_ran(more: list[RunFacts], left: set[int]) -> None:
    kept = [run for number, run in enumerate(all_runs()) if number not in left]
    facts = change_facts(runs=(*kept, *more))
    passing = {
        (run.stage, run.check)
        for run in facts.runs
        if run.outcome is RunOutcome.PASSED and run.revision == HEAD
    }
    asked = {(stage, check) for stage in STAGES for check in POLICY.pipeline_checks[stage]}

    finding = pipeline_stages_in_order(facts, POLICY)

    assert finding.verdict is not Verdict.PASSED or asked <= passing


def test_nothing_at_all_passes_no_rule_but_what_asks_for_nothing() -> None:
    nothing = change_facts(
        texts={},
        systems=(),
        commits=(),
        approvals=(),
        gate_results=(),
        runs=(),
        releases=(),
        deployments=(DeploymentFacts(HEAD, times.DEPLOYED, outcome="succeeded"),),
    )

    assert [f.rule for f in judge(nothing, POLICY) if f.verdict is Verdict.PASSED] == [
        "deployed_inside_window"
    ]


@pytest.mark.parametrize("rule", RULES)
def test_rule_answers_with_its_name_and_a_sentence(rule: Rule) -> None:
    for facts in (change_facts(), change_facts(deployments=(deployment(),)), imported()):
        finding = rule(facts, POLICY)

        assert finding.rule == rule.__name__
        assert finding.sentence.endswith((".", "!"))
