from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from changes.rules.deployment import deployment_findings
from changes.rules.facts import ChangeFacts, RunFacts
from changes.rules.pipeline import may_be_released
from changes.vocabulary import Means, PipelineStage, RunOutcome, Verdict
from tests.factories import times
from tests.factories.facts import (
    HEAD,
    OTHER,
    POLICY,
    all_runs,
    change_facts,
    deployment,
    emergency,
    freeze,
    lead_approval,
    los_angeles,
    policy,
    run,
    window_exception,
)

SATURDAY = los_angeles("2026-07-18 12:00:00")


def open_rules(
    facts: ChangeFacts, revision: str = HEAD, at: datetime = times.DEPLOYED
) -> list[str]:
    findings = deployment_findings(facts, POLICY, POLICY, at, revision)
    return [finding.rule for finding in findings if finding.is_open]


def test_deployment_may_go_when_nothing_is_open() -> None:
    assert open_rules(change_facts()) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(texts={}), ["required_fields_present"], id="fields lacking"),
        pytest.param(
            change_facts(approvals=(lead_approval(),)),
            ["peer_review_by_another_person", "code_review_approved"],
            id="no peer",
        ),
        pytest.param(
            change_facts(gate_results=()),
            [
                "all_tests_passed",
                "coverage_reaches_minimum",
                "no_critical_security_finding",
            ],
            id="no gate results",
        ),
        pytest.param(change_facts(freezes=(freeze(),)), ["deployed_inside_window"], id="a freeze"),
    ],
)
def test_deployment_is_stopped_by_what_is_open(facts: ChangeFacts, expected: list[str]) -> None:
    assert open_rules(facts) == expected


def test_deployment_of_another_revision_than_the_approved_one_is_stopped() -> None:
    assert open_rules(change_facts(), revision=OTHER) == [
        "tech_lead_of_every_system",
        "peer_review_by_another_person",
        "all_tests_passed",
        "coverage_reaches_minimum",
        "no_critical_security_finding",
        "code_review_approved",
        "released_after_end_to_end",
    ]


def test_deployment_again_is_asked_for_the_new_revision() -> None:
    before = deployment(outcome="rolled_back")

    assert "all_tests_passed" in open_rules(change_facts(deployments=(before,)), revision=OTHER)


def test_deployment_outside_the_window_needs_leave() -> None:
    leave = window_exception(approved_at=times.APPROVED, valid_until=SATURDAY + timedelta(hours=1))

    without, with_leave = change_facts(), change_facts(window_exceptions=(leave,))

    assert [open_rules(facts, at=SATURDAY) for facts in (without, with_leave)] == [
        ["deployed_inside_window"],
        [],
    ]


def test_deployment_of_an_emergency_is_exempt_from_the_window() -> None:
    facts = emergency(freezes=(freeze(starts_at=times.DRAFTED, ends_at=times.NOW),))

    assert "deployed_inside_window" not in open_rules(facts, at=SATURDAY)


def test_deployment_window_is_that_of_the_policy_in_force_now() -> None:
    weekends = policy(window_days=(6, 7))

    findings = deployment_findings(change_facts(), POLICY, weekends, SATURDAY, HEAD)

    assert [finding.rule for finding in findings if finding.is_open] == []


def end_to_end(*runs: RunFacts) -> ChangeFacts:
    others = [r for r in all_runs() if r.stage is not PipelineStage.END_TO_END]
    return change_facts(runs=(*others, *runs))


E2E = PipelineStage.END_TO_END
CHECK = POLICY.pipeline_checks[E2E][0]
RUNNING, WAS_FAILED = RunOutcome.RUNNING, RunOutcome.FAILED


@pytest.mark.parametrize(
    ("runs", "verdict"),
    [
        pytest.param([run(E2E, CHECK)], Verdict.PASSED, id="passed"),
        pytest.param([run(E2E, CHECK, finished_at=times.DEPLOYED)], Verdict.PASSED, id="just now"),
        pytest.param(
            [run(E2E, CHECK, finished_at=times.DEPLOYED + timedelta(microseconds=1))],
            Verdict.WAITING,
            id="ends after the release",
        ),
        pytest.param([], Verdict.WAITING, id="never run"),
        pytest.param([run(E2E, CHECK, revision=OTHER)], Verdict.WAITING, id="another revision"),
        pytest.param(
            [run(E2E, CHECK, outcome=RUNNING, finished_at=None)], Verdict.WAITING, id="running"
        ),
        pytest.param([run(E2E, CHECK, outcome=WAS_FAILED)], Verdict.FAILED, id="failed"),
        pytest.param(
            [run(E2E, CHECK), run(E2E, CHECK, outcome=WAS_FAILED, started_at=times.APPROVED)],
            Verdict.FAILED,
            id="passed, then failed",
        ),
        pytest.param(
            [run(E2E, CHECK, outcome=WAS_FAILED), run(E2E, CHECK, started_at=times.APPROVED)],
            Verdict.PASSED,
            id="failed, then passed",
        ),
        pytest.param([run(E2E, CHECK, finished_at=None)], Verdict.WAITING, id="no end is known"),
        pytest.param([run(PipelineStage.TEST, CHECK)], Verdict.WAITING, id="of another stage"),
    ],
)
def test_release_comes_after_end_to_end(runs: list[RunFacts], verdict: Verdict) -> None:
    finding = may_be_released(end_to_end(*runs), POLICY, HEAD, times.DEPLOYED)

    assert (finding.rule, finding.verdict) == ("released_after_end_to_end", verdict)


def test_release_without_end_to_end_stands_against_a_deployment() -> None:
    assert open_rules(end_to_end()) == ["released_after_end_to_end"]


def test_release_asks_no_end_to_end_where_the_policy_names_none_or_there_is_no_code() -> None:
    none = policy(pipeline_checks={**POLICY.pipeline_checks, E2E: ()})
    flag = replace(end_to_end(), means=Means.FEATURE_FLAG)

    assert may_be_released(end_to_end(), none, HEAD).verdict is Verdict.PASSED
    assert may_be_released(flag, POLICY, HEAD).verdict is Verdict.NOT_APPLICABLE
