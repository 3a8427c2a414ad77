"""What holds of every change that is deployed: nothing waits, and time alone passes nothing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from changes.rules import approved_at, judge
from changes.rules.facts import AdvisoryFacts, ChangeFacts
from changes.vocabulary import (
    DeploymentOutcome,
    Means,
    Origin,
    State,
    Verdict,
    VerificationKind,
)
from evidence.controls.attributes import control_tests
from tests.changes.rules.test_properties import CHANGES, RESULTS, RUNS
from tests.factories import times
from tests.factories.facts import (
    POLICY,
    deployment,
    incident_review,
    post_mortem,
    rollback,
    sample,
    stage_records,
)

MOMENTS = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda d: times.DEPLOYED + d)
JUDGED = st.one_of(st.none(), MOMENTS)
VERIFIED = st.frozensets(st.sampled_from([kind.value for kind in VerificationKind]))
SAMPLES = st.lists(
    st.builds(
        lambda minutes, rate: sample(minutes, error_rate_percent=rate),
        st.integers(0, 60),
        st.sampled_from([Decimal("0.2"), Decimal(2)]),
    ),
    max_size=12,
)
DEPLOYMENTS = st.builds(
    lambda outcome, stages, samples, verified, failed, has_rollback: deployment(
        outcome=outcome,
        finished_at=None if outcome == "running" else times.ROLLED_OUT,
        stages=POLICY.rollout_stages[:stages],
        stage_records=stage_records(POLICY.rollout_stages[:stages]),
        samples=tuple(samples),
        verified=verified - failed,
        failed_verifications=failed,
        rollback=rollback() if has_rollback else None,
    ),
    st.sampled_from(DeploymentOutcome).map(str),
    st.integers(0, 4),
    SAMPLES,
    VERIFIED,
    VERIFIED,
    st.booleans(),
)
AFTER_DEPLOYMENT = st.builds(
    lambda base, state, means, origin, deployments, at, **values: replace(
        base,
        state=state,
        means=means,
        origin=origin,
        deployments=tuple(deployments),
        deployed_on=times.DEPLOYED.date(),
        judged_at=at,
        judged_on=at and at.date(),
        **values,
    ),
    CHANGES,
    st.sampled_from(State),
    st.sampled_from(Means),
    st.sampled_from(Origin),
    st.lists(DEPLOYMENTS, min_size=1, max_size=2),
    JUDGED,
    texts=st.sampled_from([{}, {"rollback_plan": "Back."}]),
    incident_url=st.sampled_from(["", "https://incidents.example/1"]),
    advisory=st.sampled_from([None, AdvisoryFacts("CVE-2026-1", date(2026, 6, 1))]),
    incident_review=st.sampled_from([None, incident_review(), incident_review(held_on=None)]),
    post_mortem=st.sampled_from([None, post_mortem(), post_mortem(approved_by=None)]),
    gate_results=st.lists(RESULTS, max_size=2).map(tuple),
    runs=st.lists(RUNS, max_size=2).map(tuple),
    sees_reviews=st.booleans(),
)


@settings(max_examples=500)
@given(AFTER_DEPLOYMENT)
def test_nothing_waits_once_it_is_deployed(facts: ChangeFacts) -> None:
    assert [f.rule for f in judge(facts, POLICY) if f.verdict is Verdict.WAITING] == []


@settings(max_examples=300)
@given(AFTER_DEPLOYMENT, st.booleans())
def test_no_letter_of_a_deployed_change_waits(facts: ChangeFacts, is_over: bool) -> None:
    tests = control_tests(facts, judge(facts, POLICY), approved_at(facts, POLICY), is_over=is_over)

    assert [t.attribute for t in tests if t.verdict is Verdict.WAITING] == []


@settings(max_examples=300)
@given(AFTER_DEPLOYMENT)
def test_what_runs_is_never_verified_nor_its_triggers_passed(facts: ChangeFacts) -> None:
    """Until a rollout ends, its samples and its verification are still to come."""
    running = deployment(outcome="running", finished_at=None, verified=frozenset())
    findings = {f.rule: f for f in judge(replace(facts, deployments=(running,)), POLICY)}

    for rule in ("triggers_answered_by_rollback", "verified_after_deployment"):
        assert findings[rule].verdict in (Verdict.UNKNOWN, Verdict.FAILED)


@settings(max_examples=300)
@given(AFTER_DEPLOYMENT, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_time_alone_only_turns_what_is_unknown_to_failed(
    facts: ChangeFacts, later: timedelta
) -> None:
    first = facts.judged_at or times.DEPLOYED
    at = [first, first + later]
    judged = [judge(replace(facts, judged_at=t, judged_on=t.date()), POLICY) for t in at]

    for before, after in zip(*judged, strict=True):
        turned = (before.verdict, after.verdict)
        assert before.verdict is after.verdict or turned == (Verdict.UNKNOWN, Verdict.FAILED)
