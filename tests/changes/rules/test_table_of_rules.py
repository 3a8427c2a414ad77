"""The table "The rules, with their edges", row by row, each edge from both sides.

The families' own tests hold more; here each row of the table has one test of its name.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from changes.quarters import Quarter
from changes.rules import RULES, deployment_findings
from changes.rules.approvals import (
    approval_by_on_call,
    peer_review_by_another_person,
    tech_lead_for_infrastructure,
    tech_lead_of_every_system,
    why_not_counted,
)
from changes.rules.authorization import approved_at
from changes.rules.category import standard_procedure_covers_it
from changes.rules.documentation import documents_match_paths
from changes.rules.facts import ChangeFacts, SampleFacts
from changes.rules.findings import Finding
from changes.rules.gates import (
    all_tests_passed,
    code_review_approved,
    coverage_reaches_minimum,
    no_critical_security_finding,
)
from changes.rules.outcomes import AlertFacts
from changes.rules.pipeline import pipeline_stages_in_order, released_after_end_to_end
from changes.rules.policy import Policy
from changes.rules.policy_reviews import SignedReview, policy_reviewed_in_quarter
from changes.rules.request import required_fields_present
from changes.rules.reviews import (
    post_incident_review_held,
    post_mortem_written,
    review_due_on,
)
from changes.rules.rollbacks import triggers_answered_by_rollback
from changes.rules.rollout import stages_are_observed, stages_in_order
from changes.rules.verification import verified_after_deployment
from changes.rules.windows import deployed_inside_window
from changes.vocabulary import (
    Category,
    Origin,
    PipelineStage,
    RunOutcome,
    State,
    Verdict,
    VerificationKind,
)
from evidence.controls.attributes import control_tests
from evidence.vocabulary import Attribute
from tests.factories import times
from tests.factories.facts import (
    AUTHOR,
    BOT,
    CLUSTER,
    HEAD,
    KPI,
    LEAD,
    ON_CALL,
    OTHER,
    PEER,
    POLICY,
    STRANGER,
    all_gates,
    all_runs,
    change_facts,
    commit,
    coverage,
    deployment,
    document,
    emergency,
    freeze,
    imported,
    incident_review,
    lead_approval,
    los_angeles,
    on_call_approval,
    peer_approval,
    post_mortem,
    procedure,
    ran,
    release,
    rollback,
    rolled_back,
    sample,
    scan,
    shift,
    stage_records,
    standard,
    verification,
    window_exception,
)
from tests.factories.request import TEXTS

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNKNOWN, WAITING, NONE = Verdict.UNKNOWN, Verdict.WAITING, Verdict.NOT_APPLICABLE
Rule = Callable[[ChangeFacts, Policy], Finding]
Row = Any
ONE_DEPLOYMENT = (deployment(),)
SCANS = tuple(scan(tool) for tool in POLICY.required_scanners)
ALL = frozenset({"smoke_tests", "health_checks", "kpi"})


def row(edge: str, expected: Verdict, rule: Rule, facts: ChangeFacts) -> Row:
    return pytest.param(rule, facts, expected, id=edge)


def judged(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    finding = rule(facts, POLICY)

    assert finding.verdict is expected, finding.sentence


def lacking(name: str, text: str = "", **values: Any) -> ChangeFacts:
    return change_facts(texts={**TEXTS, name: text}, **values)


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("all are there", PASSED, required_fields_present, change_facts()),
        *(row(f"no {name}", FAILED, required_fields_present, lacking(name)) for name in TEXTS),
        row("no system", FAILED, required_fields_present, change_facts(systems=())),
        row("blank", FAILED, required_fields_present, lacking("rollback_plan", " \t\n")),
        row(
            "a draft may lack it",
            WAITING,
            required_fields_present,
            lacking("description", state=State.DRAFT),
        ),
    ],
)
def test_required_fields(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


SUBMITTED_ON = times.SUBMITTED.date()
DAY = timedelta(days=1)
LIMITED = procedure(parameter_limits={"packages": {"minimum": 1, "maximum": 5}})


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("current and in scope", PASSED, standard_procedure_covers_it, standard()),
        row("none named", FAILED, standard_procedure_covers_it, standard(procedure=None)),
        row(
            "expires the day after",
            PASSED,
            standard_procedure_covers_it,
            standard(procedure=procedure(expires_on=SUBMITTED_ON + DAY)),
        ),
        row(
            "expired that day",
            FAILED,
            standard_procedure_covers_it,
            standard(procedure=procedure(expires_on=SUBMITTED_ON)),
        ),
        row(
            "a system outside its scope",
            FAILED,
            standard_procedure_covers_it,
            standard(systems=(CLUSTER,)),
        ),
        *(
            row(
                f"{count} packages of at most 5",
                expected,
                standard_procedure_covers_it,
                standard(procedure=LIMITED, procedure_parameters={"packages": count}),
            )
            for count, expected in ((1, PASSED), (5, PASSED), (0, FAILED), (6, FAILED))
        ),
    ],
)
def test_standard(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def test_standard_is_approved_when_the_last_gate_has_passed_and_not_before() -> None:
    last = replace(all_gates()[-1], produced_at=times.APPROVED + DAY)
    facts = standard(gate_results=(*all_gates()[:-1], last))

    assert approved_at(facts, POLICY) == times.APPROVED + DAY
    assert approved_at(standard(gate_results=all_gates()[:-1]), POLICY) is None


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("a lead", PASSED, tech_lead_of_every_system, change_facts()),
        row(
            "no lead",
            WAITING,
            tech_lead_of_every_system,
            change_facts(approvals=(peer_approval(),)),
        ),
        row("a peer", PASSED, peer_review_by_another_person, change_facts()),
        row(
            "the lead is no peer as well",
            WAITING,
            peer_review_by_another_person,
            change_facts(approvals=(lead_approval(), peer_approval(LEAD))),
        ),
        row(
            "the peer wrote one of the commits",
            WAITING,
            peer_review_by_another_person,
            change_facts(commits=(commit(), commit(sha=OTHER, co_authors=(PEER,)))),
        ),
        row(
            "the peer pushed the last commit",
            WAITING,
            peer_review_by_another_person,
            change_facts(commits=(commit(committer=PEER),)),
        ),
        row(
            "somebody else pushed it",
            PASSED,
            peer_review_by_another_person,
            change_facts(commits=(commit(committer=STRANGER),)),
        ),
    ],
)
def test_normal(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("on call then", PASSED, approval_by_on_call, emergency()),
        row(
            "not on call then",
            WAITING,
            approval_by_on_call,
            emergency(approvals=(on_call_approval(was_on_call=False),)),
        ),
        row(
            "an author on call",
            WAITING,
            approval_by_on_call,
            emergency(approvals=(on_call_approval(AUTHOR),), shifts=(shift(AUTHOR),)),
        ),
        row(
            "a lead for an author on call",
            PASSED,
            approval_by_on_call,
            emergency(approvals=(lead_approval(),), shifts=(shift(AUTHOR),)),
        ),
        row(
            "another commit was approved",
            WAITING,
            approval_by_on_call,
            emergency(approvals=(on_call_approval(revision=OTHER),)),
        ),
        *(
            row(
                f"the review {what}",
                expected,
                post_incident_review_held,
                emergency(
                    deployments=ONE_DEPLOYMENT,
                    incident_review=incident_review(due_on=date(2026, 7, 21), held_on=held),
                    judged_on=today,
                ),
            )
            for what, held, today, expected in (
                ("on its due day", date(2026, 7, 21), None, PASSED),
                ("a day late", date(2026, 7, 22), None, FAILED),
                ("due today", None, date(2026, 7, 21), UNKNOWN),
                ("overdue", None, date(2026, 7, 22), FAILED),
            )
        ),
        row(
            "the review by an author",
            FAILED,
            post_incident_review_held,
            emergency(
                deployments=ONE_DEPLOYMENT, incident_review=incident_review(reviewed_by=AUTHOR)
            ),
        ),
    ],
)
def test_emergency(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


@pytest.mark.parametrize(
    ("holidays", "expected"),
    [
        pytest.param((), date(2026, 7, 9), id="over a weekend"),
        pytest.param((date(2026, 7, 3),), date(2026, 7, 10), id="and a holiday"),
        pytest.param((date(2026, 7, 4),), date(2026, 7, 9), id="on a Saturday counts for nothing"),
    ],
)
def test_emergency_review_is_due_by_a_business_calendar(
    holidays: tuple[date, ...], expected: date
) -> None:
    assert review_due_on(date(2026, 7, 2), 5, holidays) == expected


CLUSTER_LEAD = lead_approval(systems_led=frozenset({"cluster"}))
REVIEWED = {"deployments": ONE_DEPLOYMENT, "approvals": (on_call_approval(),)}


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("neither", NONE, tech_lead_for_infrastructure, standard()),
        *(
            row(
                f"{category}, {'' if approvals else 'not '}approved",
                expected,
                tech_lead_for_infrastructure,
                change_facts(category=category, systems=(CLUSTER,), approvals=approvals),
            )
            for category in (Category.STANDARD, Category.NORMAL)
            for approvals, expected in (((CLUSTER_LEAD,), PASSED), ((), WAITING))
        ),
        row(
            "declared on the request",
            WAITING,
            tech_lead_for_infrastructure,
            standard(is_infrastructure=True),
        ),
        row(
            "an emergency's may follow",
            NONE,
            tech_lead_for_infrastructure,
            emergency(systems=(CLUSTER,), **REVIEWED),
        ),
        row(
            "and followed in the review",
            PASSED,
            tech_lead_for_infrastructure,
            emergency(systems=(CLUSTER,), incident_review=incident_review(), **REVIEWED),
        ),
        row(
            "or did not",
            FAILED,
            tech_lead_for_infrastructure,
            emergency(
                systems=(CLUSTER,), incident_review=incident_review(reviewed_by=PEER), **REVIEWED
            ),
        ),
    ],
)
def test_infrastructure_or_architecture(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


@pytest.mark.parametrize(
    ("approval", "commits", "reason"),
    [
        pytest.param(peer_approval(), (commit(),), None, id="of the head"),
        pytest.param(
            peer_approval(revision=OTHER, patch_id="p1"), (commit(),), None, id="a pure rebase"
        ),
        pytest.param(
            peer_approval(revision=OTHER, patch_id="p2"),
            (commit(),),
            "Pia Peer approved another revision (bbbbbbbbbbbb), and the diff has changed since.",
            id="a real change",
        ),
        pytest.param(
            peer_approval(revision=OTHER),
            (commit(patch_id=""),),
            "Pia Peer approved another revision (bbbbbbbbbbbb),"
            " and whether the diff is the same is not known.",
            id="a diff that is not known",
        ),
        pytest.param(
            peer_approval(request_digest="e" * 64),
            (commit(),),
            "The request was edited after Pia Peer approved it.",
            id="an edited plan",
        ),
        pytest.param(
            peer_approval(BOT),
            (commit(),),
            "dependabot is a bot, and only people approve.",
            id="bot",
        ),
    ],
)
def test_approvals_go_stale(approval: Any, commits: Any, reason: str | None) -> None:
    assert why_not_counted(approval, change_facts(commits=commits)) == reason


def reporting(*results: Any, **values: Any) -> ChangeFacts:
    return change_facts(gate_results=results, **values)


SUPPRESSED = {"critical": 1, "suppressed_critical": 1}


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("all tests passed", PASSED, all_tests_passed, reporting(ran())),
        row("one failed", FAILED, all_tests_passed, reporting(ran(passed=199, failed=1))),
        row("zero run", UNKNOWN, all_tests_passed, reporting(ran(total=0, passed=0))),
        row("5 % skipped", PASSED, all_tests_passed, reporting(ran(passed=190, skipped=10))),
        row("5.5 % skipped", UNKNOWN, all_tests_passed, reporting(ran(passed=189, skipped=11))),
        row("80.0 %", PASSED, coverage_reaches_minimum, reporting(coverage(8000, 10000))),
        row("79.99 %", FAILED, coverage_reaches_minimum, reporting(coverage(7999, 10000))),
        row("no coverage", WAITING, coverage_reaches_minimum, reporting()),
        row(
            "none, and deployed",
            UNKNOWN,
            coverage_reaches_minimum,
            reporting(deployments=ONE_DEPLOYMENT),
        ),
        row("each scanner", PASSED, no_critical_security_finding, reporting(*SCANS)),
        *(
            row(
                f"without {left.tool}",
                UNKNOWN,
                no_critical_security_finding,
                reporting(*(s for s in SCANS if s is not left), deployments=ONE_DEPLOYMENT),
            )
            for left in SCANS
        ),
        row(
            "suppressed",
            FAILED,
            no_critical_security_finding,
            reporting(*SCANS[1:], scan("CodeQL", **SUPPRESSED)),
        ),
        row(
            "suppressed and accepted",
            PASSED,
            no_critical_security_finding,
            reporting(*SCANS[1:], scan("CodeQL", **SUPPRESSED, accepted_critical=1)),
        ),
        row("reviewed", PASSED, code_review_approved, change_facts()),
        row("not reviewed", WAITING, code_review_approved, change_facts(approvals=())),
    ],
)
def test_gates(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


MINUTE = timedelta(minutes=1)
RUNS = all_runs()


def runs(stage: PipelineStage, **values: Any) -> ChangeFacts:
    """The first check of a stage is different."""
    first = next(run for run in RUNS if run.stage is stage)
    return change_facts(runs=tuple(replace(r, **values) if r is first else r for r in RUNS))


def without(stage: PipelineStage, **values: Any) -> ChangeFacts:
    return change_facts(runs=tuple(run for run in RUNS if run.stage is not stage), **values)


def released(**values: Any) -> ChangeFacts:
    return change_facts(releases=(release(**values),), deployments=ONE_DEPLOYMENT)


END_TO_END_ENDED = times.TESTED + 5 * MINUTE


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("each in order", PASSED, pipeline_stages_in_order, change_facts()),
        *(
            row(f"{stage} is missing", WAITING, pipeline_stages_in_order, without(stage))
            for stage in PipelineStage
            if stage is not PipelineStage.DEPLOY_PRODUCTION
        ),
        row(
            "missing, and deployed",
            UNKNOWN,
            pipeline_stages_in_order,
            without(PipelineStage.TEST, deployments=ONE_DEPLOYMENT),
        ),
        row(
            "a check failed",
            FAILED,
            pipeline_stages_in_order,
            runs(PipelineStage.BUILD, outcome=RunOutcome.FAILED),
        ),
        row(
            "still running",
            WAITING,
            pipeline_stages_in_order,
            runs(PipelineStage.END_TO_END, outcome=RunOutcome.RUNNING),
        ),
        row(
            "staging as the scan ended",
            PASSED,
            pipeline_stages_in_order,
            runs(PipelineStage.DEPLOY_STAGING, started_at=times.TESTED + 3 * MINUTE),
        ),
        row(
            "staging before the scan ended",
            FAILED,
            pipeline_stages_in_order,
            runs(
                PipelineStage.DEPLOY_STAGING,
                started_at=times.TESTED + 3 * MINUTE - timedelta(seconds=1),
            ),
        ),
        row(
            "another revision",
            WAITING,
            pipeline_stages_in_order,
            change_facts(runs=all_runs(OTHER)),
        ),
        row("released", PASSED, released_after_end_to_end, released()),
        row(
            "as end-to-end ended",
            PASSED,
            released_after_end_to_end,
            released(released_at=END_TO_END_ENDED),
        ),
        row(
            "before end-to-end ended",
            FAILED,
            released_after_end_to_end,
            released(released_at=END_TO_END_ENDED - MINUTE / 60),
        ),
        row(
            "after the deployment began",
            FAILED,
            released_after_end_to_end,
            released(released_at=times.DEPLOYED + MINUTE),
        ),
        row("by a bot", FAILED, released_after_end_to_end, released(person=BOT)),
        row(
            "another revision was released",
            UNKNOWN,
            released_after_end_to_end,
            released(revision=OTHER),
        ),
        row(
            "end-to-end is not known",
            UNKNOWN,
            released_after_end_to_end,
            without(PipelineStage.END_TO_END, deployments=ONE_DEPLOYMENT),
        ),
    ],
)
def test_pipeline_stages(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def started(text: str, **values: Any) -> ChangeFacts:
    return change_facts(deployments=(deployment(started_at=los_angeles(text)),), **values)


SATURDAY = los_angeles("2026-07-18 12:00:00")
LEAVE = window_exception(approved_at=SATURDAY - MINUTE, valid_until=SATURDAY + MINUTE)
FROZEN = freeze(starts_at=SATURDAY - 10 * DAY, ends_at=SATURDAY + 10 * DAY)


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("09:59:59", FAILED, deployed_inside_window, started("2026-07-14 09:59:59")),
        row("10:00:00", PASSED, deployed_inside_window, started("2026-07-14 10:00:00")),
        row("15:59:59", PASSED, deployed_inside_window, started("2026-07-14 15:59:59")),
        row("16:00:00", FAILED, deployed_inside_window, started("2026-07-14 16:00:00")),
        row("Monday after spring", PASSED, deployed_inside_window, started("2026-03-09 10:00:00")),
        row("Monday after autumn", FAILED, deployed_inside_window, started("2026-11-02 09:59:59")),
        row("Friday", FAILED, deployed_inside_window, started("2026-07-17 12:00:00")),
        row(
            "Friday with a reason",
            PASSED,
            deployed_inside_window,
            started("2026-07-17 12:00:00", avoided_day_reason="The partner's date."),
        ),
        row("Saturday", FAILED, deployed_inside_window, started("2026-07-18 12:00:00")),
        row(
            "Saturday by leave",
            PASSED,
            deployed_inside_window,
            started("2026-07-18 12:00:00", window_exceptions=(LEAVE,)),
        ),
        row(
            "frozen",
            FAILED,
            deployed_inside_window,
            started("2026-07-14 12:00:00", freezes=(FROZEN,)),
        ),
        row(
            "an emergency is exempt",
            NONE,
            deployed_inside_window,
            started("2026-07-18 12:00:00", freezes=(FROZEN,), category=Category.EMERGENCY),
        ),
    ],
)
def test_deployment_window(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def rollout(stages: str, outcome: str = "succeeded") -> ChangeFacts:
    return change_facts(deployments=(deployment(stages=tuple(stages.split()), outcome=outcome),))


def watched(**values: Any) -> ChangeFacts:
    *others, last = stage_records(POLICY.rollout_stages)
    records = (*others, replace(last, **values))
    return change_facts(deployments=(deployment(stage_records=records),))


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("each in order", PASSED, stages_in_order, rollout("canary 10 50 100")),
        row("canary, full", FAILED, stages_in_order, rollout("canary 100")),
        row("one skipped", FAILED, stages_in_order, rollout("canary 50 100")),
        row("backwards", FAILED, stages_in_order, rollout("canary 50 10 100")),
        row("each watched", PASSED, stages_are_observed, watched()),
        row("no observer", UNKNOWN, stages_are_observed, watched(observer=None)),
        row("no end", UNKNOWN, stages_are_observed, watched(ended_at=None)),
        row("no result", UNKNOWN, stages_are_observed, watched(result="")),
    ],
)
def test_staged_rollout(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def series(values: list[Any], seconds: int, metric: str) -> tuple[SampleFacts, ...]:
    """A sample each so many seconds from the start on, well before and after."""
    return (
        *(sample(n * seconds / 60, **{metric: value}) for n, value in enumerate(values)),
        *(sample(n) for n in range(len(values) * seconds // 60 + 1, 61)),
    )


def sampled(values: list[Any], metric: str, seconds: int = 60, **more: Any) -> ChangeFacts:
    """Judged a day after the rollout."""
    samples = series(values, seconds, metric)
    deployed = deployment(samples=samples, **more)
    return change_facts(deployments=(deployed,), judged_at=times.DEPLOYED + timedelta(days=1))


ERRORS, LATENCY = "error_rate_percent", "latency_p95_ms"
HIGH, AT = Decimal("1.51"), Decimal("1.5")
FIRED_AT = times.DEPLOYED + timedelta(seconds=300)


def answered(seconds: float) -> ChangeFacts:
    """Opened as the trigger fired; production was back so many seconds later."""
    done = rollback(started_at=FIRED_AT, finished_at=FIRED_AT + timedelta(seconds=seconds))
    return sampled([HIGH] * 6, ERRORS, rollback=done, outcome="rolled_back")


def unanswered(seconds: float, outcome: str = "running") -> ChangeFacts:
    """A trigger fired so many seconds ago, and nobody has rolled back."""
    ended: dict[str, Any] = {} if outcome != "running" else {"finished_at": None}
    facts = sampled([HIGH] * 6, ERRORS, outcome=outcome, **ended)
    return replace(facts, judged_at=FIRED_AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("300 s", FAILED, triggers_answered_by_rollback, sampled([HIGH] * 6, ERRORS)),
        row("240 s", PASSED, triggers_answered_by_rollback, sampled([HIGH] * 5, ERRORS)),
        row("at 1.5 %", PASSED, triggers_answered_by_rollback, sampled([AT] * 20, ERRORS)),
        row(
            "a sample at 1.5 % ends it",
            PASSED,
            triggers_answered_by_rollback,
            sampled([*[HIGH] * 3, AT, *[HIGH] * 3], ERRORS),
        ),
        row(
            "a gap ends it, and may hide one",
            UNKNOWN,
            triggers_answered_by_rollback,
            sampled([HIGH] * 6, ERRORS, seconds=61),
        ),
        row("rolled back in time", PASSED, triggers_answered_by_rollback, answered(300)),
        row("rolled back too late", FAILED, triggers_answered_by_rollback, answered(300.000001)),
        row("fired just now", UNKNOWN, triggers_answered_by_rollback, unanswered(0)),
        row("at the end of the time", UNKNOWN, triggers_answered_by_rollback, unanswered(300)),
        row("time is over", FAILED, triggers_answered_by_rollback, unanswered(300.000001)),
        row(
            "reported as a success within the time",
            UNKNOWN,
            triggers_answered_by_rollback,
            unanswered(300, "succeeded"),
        ),
        row(
            "reported as a success, and the time is over",
            FAILED,
            triggers_answered_by_rollback,
            unanswered(301, "succeeded"),
        ),
    ],
)
def test_rollback_errors(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def alarmed(seconds: float, **values: Any) -> ChangeFacts:
    """An alert fired so many seconds before it is looked at; the samples show nothing."""
    alert = AlertFacts("ErrorsHigh", FIRED_AT)
    facts = sampled([Decimal("0.1")], ERRORS, alerts=(alert,), **values)
    return replace(facts, judged_at=FIRED_AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(alarmed(300), UNKNOWN, id="within the time"),
        pytest.param(alarmed(300.000001), FAILED, id="time is over"),
        pytest.param(
            alarmed(600, rollback=rollback(started_at=FIRED_AT), outcome="rolled_back"),
            PASSED,
            id="rolled back",
        ),
    ],
)
def test_rollback_by_an_alert(facts: ChangeFacts, expected: Verdict) -> None:
    judged(triggers_answered_by_rollback, facts, expected)
    finding = triggers_answered_by_rollback(facts, POLICY)
    assert finding.sentence.startswith("The alert ErrorsHigh fired at 18:05:00 UTC.")


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("300 s", FAILED, triggers_answered_by_rollback, sampled([Decimal(701)] * 6, LATENCY)),
        row("240 s", PASSED, triggers_answered_by_rollback, sampled([Decimal(701)] * 5, LATENCY)),
        row("at 700", PASSED, triggers_answered_by_rollback, sampled([Decimal(700)] * 20, LATENCY)),
        row(
            "a gap of 61 s",
            UNKNOWN,
            triggers_answered_by_rollback,
            sampled([Decimal(701)] * 6, LATENCY, seconds=61),
        ),
    ],
)
def test_rollback_latency(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("three", PASSED, triggers_answered_by_rollback, sampled([False] * 3, "is_healthy")),
        row(
            "the fourth", FAILED, triggers_answered_by_rollback, sampled([False] * 4, "is_healthy")
        ),
        row(
            "three, a good one, three",
            PASSED,
            triggers_answered_by_rollback,
            sampled([*[False] * 3, True, *[False] * 3], "is_healthy"),
        ),
        row(
            "no sample at all",
            UNKNOWN,
            triggers_answered_by_rollback,
            change_facts(deployments=(deployment(samples=()),)),
        ),
        row(
            "silent for more than 300 s",
            UNKNOWN,
            triggers_answered_by_rollback,
            change_facts(
                deployments=(deployment(samples=(sample(0), *map(sample, range(6, 61)))),)
            ),
        ),
    ],
)
def test_rollback_health(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def verified(**values: Any) -> ChangeFacts:
    return change_facts(deployments=(deployment(**values),))


def looked_at(day: date, facts: ChangeFacts) -> ChangeFacts:
    return replace(facts, deployed_on=times.DEPLOYED.date(), judged_on=day)


def kpi(**details: Any) -> ChangeFacts:
    results = tuple(
        verification(kind, **({"details": {**KPI, **details}} if kind == "kpi" else {}))
        for kind in VerificationKind
    )
    return verified(verifications=results)


ENDED = times.DEPLOYED + timedelta(minutes=60)


def recorded_at(at: Any) -> ChangeFacts:
    return verified(
        verifications=tuple(verification(kind, recorded_at=at) for kind in VerificationKind)
    )


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("all three", PASSED, verified_after_deployment, verified()),
        *(
            row(f"no {kind}", UNKNOWN, verified_after_deployment, verified(verified=ALL - {kind}))
            for kind in sorted(ALL)
        ),
        row(
            "none on the last day of the quarter",
            UNKNOWN,
            verified_after_deployment,
            looked_at(date(2026, 9, 30), verified(verified=frozenset())),
        ),
        row(
            "none when the quarter is over",
            FAILED,
            verified_after_deployment,
            looked_at(date(2026, 10, 1), verified(verified=frozenset())),
        ),
        row(
            "one failed",
            FAILED,
            verified_after_deployment,
            verified(failed_verifications=frozenset({"kpi"})),
        ),
        row("as the last stage ended", PASSED, verified_after_deployment, recorded_at(ENDED)),
        row("before it ended", FAILED, verified_after_deployment, recorded_at(ENDED - MINUTE / 60)),
        row("at the tolerance", PASSED, verified_after_deployment, kpi(value="190")),
        row("beyond it", FAILED, verified_after_deployment, kpi(value="189.99")),
        row("better by far", PASSED, verified_after_deployment, kpi(value="400")),
        row(
            "lower is better",
            FAILED,
            verified_after_deployment,
            kpi(value="211", direction="lower"),
        ),
        row(
            "lower, at the tolerance",
            PASSED,
            verified_after_deployment,
            kpi(value="210", direction="lower is better", tolerance="5 %"),
        ),
        *(
            row(f"a KPI without {name}", UNKNOWN, verified_after_deployment, kpi(**{name: ""}))
            for name in KPI
        ),
    ],
)
def test_verification(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def touching(*paths: str, **values: Any) -> ChangeFacts:
    given: dict[str, Any] = {"deployments": ONE_DEPLOYMENT, **values}
    return change_facts(commits=(commit(paths=paths),), **given)


DECLARED = {
    "changelog": "CHANGELOG.md",
    "readme": "README.md",
    "runbook": "runbooks/deploy.md",
    "api_docs": "docs/api/orders.md",
}
WAIVED = document("runbook", waiver_reason="Only a comment.", waived_by=LEAD)


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        *(
            row(
                f"{kind} declared, {'' if is_touched else 'not '}touched",
                PASSED if is_touched else FAILED,
                documents_match_paths,
                touching("src/a.py", *([path] * is_touched), documents=(document(kind),)),
            )
            for kind, path in DECLARED.items()
            for is_touched in (True, False)
        ),
        row("none asked for", NONE, documents_match_paths, touching("src/a.py")),
        row("asked for by a file", FAILED, documents_match_paths, touching("deploy/run.sh")),
        row(
            "asked for and touched",
            PASSED,
            documents_match_paths,
            touching("deploy/run.sh", "docs/runbooks/run.md"),
        ),
        row(
            "not deployed yet",
            WAITING,
            documents_match_paths,
            touching("deploy/run.sh", deployments=()),
        ),
        row(
            "waived",
            PASSED,
            documents_match_paths,
            touching("deploy/run.sh", documents=(WAIVED,)),
        ),
        row(
            "declared and waived",
            PASSED,
            documents_match_paths,
            touching("src/a.py", documents=(WAIVED,)),
        ),
        row(
            "a waiver that is only asked for",
            FAILED,
            documents_match_paths,
            touching("src/a.py", documents=(replace(WAIVED, waived_by=None),)),
        ),
        row(
            "waived by an author",
            FAILED,
            documents_match_paths,
            touching("deploy/run.sh", documents=(replace(WAIVED, waived_by=AUTHOR),)),
        ),
        row(
            "paths are not known",
            UNKNOWN,
            documents_match_paths,
            change_facts(commits=(commit(paths=None),), deployments=ONE_DEPLOYMENT),
        ),
    ],
)
def test_documentation(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


def learnt(*deployments: Any, **values: Any) -> ChangeFacts:
    return change_facts(deployments=deployments, **values)


UNOWNED = replace(post_mortem().action_items[0], owner=None)
UNDATED = replace(post_mortem().action_items[0], due_on=None)


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        row("nothing happened", NONE, post_mortem_written, learnt(deployment())),
        row("rolled back", UNKNOWN, post_mortem_written, learnt(rolled_back())),
        row(
            "unwritten when the quarter is over",
            FAILED,
            post_mortem_written,
            looked_at(date(2026, 10, 1), learnt(rolled_back())),
        ),
        row(
            "failed verification",
            UNKNOWN,
            post_mortem_written,
            learnt(deployment(failed_verifications=frozenset({"kpi"}))),
        ),
        row("an emergency", UNKNOWN, post_mortem_written, emergency(deployments=ONE_DEPLOYMENT)),
        row(
            "written", PASSED, post_mortem_written, learnt(rolled_back(), post_mortem=post_mortem())
        ),
        *(
            row(
                what,
                UNKNOWN,
                post_mortem_written,
                learnt(rolled_back(), post_mortem=post_mortem(**values)),
            )
            for what, values in (
                ("not written", {"written_by": None}),
                ("not approved", {"approved_by": None}),
                ("an action without an owner", {"action_items": (UNOWNED,)}),
                ("an action without a date", {"action_items": (UNDATED,)}),
            )
        ),
    ],
)
def test_post_mortem(rule: Rule, facts: ChangeFacts, expected: Verdict) -> None:
    judged(rule, facts, expected)


@pytest.mark.parametrize(
    ("signed_by", "is_over", "expected"),
    [("Cleo", False, PASSED), ("Cleo", True, PASSED), ("", False, WAITING), ("", True, FAILED)],
)
def test_policy_review(signed_by: str, is_over: bool, expected: Verdict) -> None:
    quarter = Quarter(2026, 3)
    review = SignedReview(signed_by, quarter.start) if signed_by else None
    as_of = quarter.end if is_over else quarter.start
    assert policy_reviewed_in_quarter(quarter, review, as_of).verdict is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(deployments=ONE_DEPLOYMENT), PASSED, id="asked for before"),
        pytest.param(
            change_facts(origin=Origin.RETROACTIVE, deployments=ONE_DEPLOYMENT),
            FAILED,
            id="opened for a deployed commit",
        ),
        pytest.param(imported(deployments=ONE_DEPLOYMENT), UNKNOWN, id="imported"),
    ],
)
def test_completeness_a_late_match_shows_no_authorization(
    facts: ChangeFacts, expected: Verdict
) -> None:
    """What belongs to no request at all: tests/evidence/reconciliation."""
    findings = [rule(facts, POLICY) for rule in RULES]
    tests = control_tests(facts, findings, approved_at(facts, POLICY), is_over=True)

    assert {t.attribute: t.verdict for t in tests}[Attribute.A] is expected


def test_a_missing_thing_stands_against_deployment_with_its_sentence() -> None:
    facts = change_facts(approvals=(peer_approval(),))
    at = los_angeles("2026-07-14 12:00:00")

    findings = deployment_findings(facts, POLICY, POLICY, at, HEAD)

    assert [f.sentence for f in findings if f.is_open] == ["Waits for a tech lead of Pages."]


def test_on_call_is_judged_by_the_moment_of_the_decision() -> None:
    taken_over = emergency(
        approvals=(on_call_approval(ON_CALL, decided_at=times.APPROVED),),
        shifts=(shift(PEER, starts_at=times.APPROVED),),
    )

    judged(approval_by_on_call, taken_over, PASSED)
