from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from changes.models import Deployment, PostMortem, ProductionRelease
from changes.queries.judgements import judgement_of
from changes.queries.policies import version_in_force
from changes.vocabulary import (
    Category,
    DeploymentOutcome,
    RollbackTrigger,
    RolloutStageName,
    StageResult,
    State,
    VerificationKind,
)
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.requests import withdraw_request
from changes.workflow.rollbacks import roll_back
from changes.workflow.rollouts import (
    advance_stage,
    fail_deployment,
    finish_deployment,
    record_deployment,
    start_deployment,
)
from changes.workflow.verifications import record_verification
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.calendar import FreezeFactory, WindowExceptionFactory
from tests.factories.people import a_tech_lead, an_engineer
from tests.factories.policy import PolicyVersionFactory
from tests.factories.request import ChangeRequestFactory
from tests.factories.rollout import DeploymentFactory
from tests.factories.stories import Story, make_draft, make_story

pytestmark = pytest.mark.django_db
CANARY, TEN, HALF, FULL = RolloutStageName
MINUTE = timedelta(minutes=1)
EVENING = datetime(2026, 7, 15, 0, tzinfo=UTC)  # Tuesday, 17:00 in Los Angeles


def ready(**values: Any) -> Story:
    return make_story(**values).pass_gates().approve()


def start(story: Story, **values: Any) -> Deployment:
    given = {"actor": story.lead, "at": times.DEPLOYED, "revision": story.head}
    return start_deployment(request=story.change, **{**given, **values})


def test_start_records_the_release_and_the_deployment() -> None:
    story = ready()

    deployment = start(story, artifact_digest="sha256:1")

    story.change.refresh_from_db()
    assert (story.change.state, story.change.counted_at) == (State.DEPLOYING, times.DEPLOYED)
    assert (deployment.revision, deployment.outcome, deployment.policy_version.version) == (
        story.head,
        DeploymentOutcome.RUNNING,
        "1.0",
    )
    assert ProductionRelease.objects.get().person == story.lead


def test_start_stores_its_events() -> None:
    story = ready()

    assert events_of(lambda: start(story)) == [
        "change.start_deployment",
        "deployment.started",
        "release.given",
    ]


def test_start_keeps_the_policy_in_force_at_that_moment() -> None:
    story = ready()
    newer = PolicyVersionFactory.create(effective_on=times.DEPLOYED.date())

    assert start(story).policy_version == newer


def test_start_without_approvals_and_gates_is_refused_with_every_reason() -> None:
    story = make_story()
    revision = story.head[:12]
    checks = ", ".join(version_in_force(times.NOW).pipeline_checks["end_to_end"])

    sentence = (
        f"Waits for a tech lead of {story.system}. Waits for a peer review (1 needed)."
        f" Waits for test results for {revision}. Waits for a coverage report for {revision}."
        f" Waits for a report of CodeQL, npm audit, Snyk for {revision}."
        " Waits for an approving review (1 needed)."
        f" Waits for end-to-end on staging to pass {revision}: {checks}."
    )
    with refused(NotNow, sentence):
        start(story)


def test_start_of_a_revision_that_nobody_approved_is_refused() -> None:
    story = ready()

    with pytest.raises(NotNow, match="approved another revision"):
        start(story, revision="f" * 40)

    assert Deployment.objects.count() == 0


def test_start_after_a_push_is_refused() -> None:
    story = ready()
    story.push("c" * 40, patch_id="another")

    with pytest.raises(NotNow, match="approved another revision"):
        start(story)


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        pytest.param(
            EVENING,
            "outside the deployment window (Monday, Tuesday, Wednesday, Thursday, 10:00 to 16:00).",
            id="in the evening",
        ),
        pytest.param(
            times.DEPLOYED, "a freeze closed the window (Closing of the quarter).", id="in a freeze"
        ),
    ],
)
def test_start_while_the_window_is_closed_is_refused(at: datetime, problem: str) -> None:
    story = ready()
    FreezeFactory.create(ends_at=times.ROLLED_OUT)

    with refused(NotNow, f"The window is closed: {problem}"):
        start(story, at=at)


def test_start_outside_the_window_goes_by_leave_of_another() -> None:
    story = ready()
    WindowExceptionFactory.create(change=story.change, approved_by=a_tech_lead())

    assert start(story, at=EVENING).started_at == EVENING


def test_start_of_an_emergency_goes_outside_the_window() -> None:
    story = make_story(category=Category.EMERGENCY).pass_gates().approve_emergency()

    assert start(story, at=EVENING).started_at == EVENING


def test_start_by_an_engineer_is_refused() -> None:
    story = ready()

    with refused(NotPermitted, "Only on-call or tech lead may start deployment."):
        start(story, actor=story.peer)


def test_start_twice_is_refused() -> None:
    story = ready().start()

    sentence = f"{story.change.key} is deploying; it would have to be rolled back or submitted."
    with refused(NotNow, sentence):
        start(story, at=times.DEPLOYED + MINUTE)


def record(story: Story, **values: Any) -> Deployment:
    given = {"started_by": None, "at": times.DEPLOYED, "revision": "f" * 40}
    return record_deployment(request=story.change, **{**given, **values})


def test_reported_deployment_is_recorded_whatever_stands_against_it() -> None:
    story = make_story()

    record(story, at=EVENING)

    story.change.refresh_from_db()
    findings = {f.rule: f.verdict for f in judgement_of(story.change, times.NOW).findings}
    assert story.change.state == State.DEPLOYING
    assert findings["deployed_inside_window"] == "failed"
    assert findings["peer_review_by_another_person"] == "failed"


@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN, State.REJECTED])
def test_reported_deployment_leaves_the_state_that_no_deployment_follows(state: State) -> None:
    story = make_draft() if state == State.DRAFT else make_story()
    story.change.state = state
    story.change.save()

    record(story)

    story.change.refresh_from_db()
    assert (story.change.state, story.change.counted_at) == (state, times.DEPLOYED)


def test_reported_deployment_names_its_revision() -> None:
    story = make_story()

    with refused(Invalid, "Say which revision is deployed."):
        record(story, revision=" ")


def test_change_counts_from_its_first_deployment_to_production() -> None:
    story = ready().deploy().roll_back()
    DeploymentFactory.create(
        change=story.change, environment="staging", started_at=times.DEPLOYED - MINUTE
    )

    record(story, at=times.CLOSED)

    story.change.refresh_from_db()
    assert story.change.counted_at == times.DEPLOYED


def test_stage_ends_the_one_before_as_healthy() -> None:
    story = ready().start().advance(CANARY)

    story.advance(TEN, times.DEPLOYED + MINUTE)

    assert [
        (stage.name, stage.observer, stage.ended_at, stage.result)
        for stage in story.deployment.stages.all()
    ] == [
        (CANARY, story.lead, times.DEPLOYED + MINUTE, StageResult.HEALTHY),
        (TEN, story.lead, None, ""),
    ]


def test_stage_stores_its_events() -> None:
    story = ready().start().advance(CANARY)

    assert events_of(lambda: story.advance(TEN)) == ["stage.ended", "stage.started"]


@pytest.mark.parametrize(
    ("begun", "stage", "sentence"),
    [
        pytest.param([], TEN, "the next stage is canary, not 10.", id="no canary"),
        pytest.param([CANARY], HALF, "the next stage is 10, not 50.", id="one skipped"),
        pytest.param([CANARY, TEN], CANARY, "the next stage is 50, not canary.", id="backwards"),
        pytest.param([CANARY], CANARY, "the next stage is 10, not canary.", id="repeated"),
        pytest.param(
            [CANARY, TEN, HALF, FULL], FULL, "every stage has begun, not 100.", id="one too many"
        ),
    ],
)
def test_stage_out_of_order_is_refused(
    begun: list[RolloutStageName], stage: RolloutStageName, sentence: str
) -> None:
    story = ready().start()
    for earlier in begun:
        story.advance(earlier)

    with refused(NotNow, f"{story.change.key}: {sentence}"):
        story.advance(stage)


def test_stages_are_those_of_the_policy_that_judges_the_change() -> None:
    story = ready()
    PolicyVersionFactory.create(
        effective_on=times.DEPLOYED.date(), rollout_stages=["canary", "100"]
    )

    story.deploy()

    assert story.change.state == State.DEPLOYED


def test_finish_waits_for_every_stage() -> None:
    story = ready().start().advance(CANARY).advance(TEN)

    with refused(NotNow, "The next stage is 50: whoever deploys begins it."):
        finish_deployment(deployment=story.deployment, actor=story.lead, at=times.DEPLOYED + MINUTE)


def test_finish_ends_the_rollout() -> None:
    story = ready().deploy()

    deployment = story.deployment
    assert story.change.state == State.DEPLOYED
    assert (deployment.outcome, deployment.finished_at) == (
        DeploymentOutcome.SUCCEEDED,
        times.DEPLOYED + 40 * MINUTE,
    )
    assert {stage.result for stage in deployment.stages.all()} == {StageResult.HEALTHY}


def test_rollback_halts_the_stage_and_opens_the_post_mortem() -> None:
    story = ready().start().advance(CANARY)

    rollback = roll_back(
        deployment=story.deployment,
        actor=story.lead,
        at=times.ROLLED_OUT,
        reason="2 % of the requests failed.",
        trigger=RollbackTrigger.ERROR_RATE,
        observed={"error_rate_percent": "2.0"},
    )

    story.change.refresh_from_db()
    assert (story.change.state, rollback.observed) == (
        State.ROLLED_BACK,
        {"error_rate_percent": "2.0"},
    )
    assert [stage.result for stage in story.deployment.stages.all()] == [StageResult.HALTED]
    assert PostMortem.objects.get(change=story.change).reason == (
        "Rolled back (error rate): 2 % of the requests failed."
    )


def test_rollback_stores_its_events() -> None:
    story = ready().start().advance(CANARY)

    assert events_of(story.roll_back) == [
        "change.roll_back",
        "deployment.rolled_back",
        "post_mortem.opened",
        "rollback.done",
        "stage.ended",
    ]


def test_rollback_after_the_rollout_keeps_when_it_was_finished() -> None:
    story = ready().deploy().roll_back()

    deployment = story.deployment
    assert (deployment.outcome, deployment.finished_at) == (
        DeploymentOutcome.ROLLED_BACK,
        times.DEPLOYED + 40 * MINUTE,
    )


def test_rollback_without_a_reason_is_refused() -> None:
    story = ready().start()

    with refused(Invalid, "Say why it is rolled back."):
        roll_back(deployment=story.deployment, actor=story.lead, at=times.ROLLED_OUT, reason=" \n")


def test_rollback_twice_is_refused() -> None:
    story = ready().deploy().roll_back()

    states = "deployed or deploying or verified"
    with refused(NotNow, f"{story.change.key} is rolled back; it would have to be {states}."):
        story.roll_back(times.CLOSED)


def test_step_on_an_earlier_deployment_is_refused() -> None:
    story = ready().deploy().roll_back()
    earlier = story.deployment
    story.start(times.CLOSED)

    sentence = f"{story.change.key} was deployed again since: look at its latest deployment."
    with refused(NotNow, sentence):
        roll_back(deployment=earlier, actor=story.lead, at=times.CLOSED + MINUTE, reason="Again.")


def test_step_before_the_last_one_is_refused() -> None:
    story = ready().start().advance(CANARY, times.DEPLOYED + 2 * MINUTE)

    with refused(Invalid, "2026-07-14T18:01:00+00:00 is before the last step of the rollout."):
        story.advance(TEN, times.DEPLOYED + MINUTE)


def test_step_on_a_deployment_without_a_change_is_refused() -> None:
    deployment, lead = DeploymentFactory.create(change=None), a_tech_lead()

    with refused(NotNow, "This deployment belongs to no change request: link it first."):
        advance_stage(deployment=deployment, actor=lead, at=times.NOW, stage=CANARY)


def test_failed_deployment_gives_the_request_back() -> None:
    story = ready().start().advance(CANARY)

    fail_deployment(deployment=story.deployment, actor=story.lead, at=times.ROLLED_OUT)

    story.change.refresh_from_db()
    assert (story.change.state, story.deployment.outcome) == (
        State.SUBMITTED,
        DeploymentOutcome.FAILED,
    )
    assert [stage.result for stage in story.deployment.stages.all()] == [StageResult.HALTED]
    story.start(times.ROLLED_OUT + MINUTE)
    assert story.change.state == State.DEPLOYING


def test_verification_by_all_three_verifies_the_change() -> None:
    story = ready().deploy()
    for kind in (VerificationKind.SMOKE_TESTS, VerificationKind.HEALTH_CHECKS):
        story.record(kind, has_passed=True)
    before = story.change.state

    story.record(VerificationKind.KPI, has_passed=True)

    assert (before, story.change.state) == (State.DEPLOYED, State.VERIFIED)


def test_verification_that_failed_opens_the_post_mortem_and_verifies_nothing() -> None:
    story = ready().deploy().record_failure()
    for kind in (VerificationKind.SMOKE_TESTS, VerificationKind.HEALTH_CHECKS):
        story.record(kind, has_passed=True)

    assert story.change.state == State.DEPLOYED
    assert PostMortem.objects.get(change=story.change).reason == "Verification failed: kpi."


def test_verification_before_the_rollout_ended_is_refused() -> None:
    story = ready().start()

    with refused(NotNow, f"{story.change.key} is deploying; it would have to be deployed."):
        story.record(VerificationKind.KPI, has_passed=True)


def test_verification_dated_before_the_end_of_the_rollout_is_refused() -> None:
    story = ready().deploy()

    with refused(Invalid, "2026-07-14T18:00:00+00:00 is before the last step of the rollout."):
        story.record(VerificationKind.KPI, has_passed=True, at=times.DEPLOYED)


def test_verification_by_an_engineer_is_refused() -> None:
    story, engineer = ready().deploy(), an_engineer()

    with refused(NotPermitted, "Only on-call or tech lead may record a verification."):
        record_verification(
            deployment=story.deployment,
            actor=engineer,
            at=times.VERIFIED,
            kind=VerificationKind.KPI,
            has_passed=True,
        )


def test_rollout_of_an_imported_change_is_refused() -> None:
    change, lead = ChangeRequestFactory.create(is_imported=True), a_tech_lead()

    sentence = f"{change.key} is recorded; it would have to be rolled back or submitted."
    with refused(NotNow, sentence):
        start_deployment(request=change, actor=lead, at=times.DEPLOYED, revision="f")


@pytest.mark.postgres
def test_start_twice_at_once_begins_one_deployment(committed_db: None) -> None:
    story = ready()

    answers = at_once(lambda _: start(story), range(2))

    assert sorted(type(answer).__name__ for answer in answers) == ["Deployment", "NotNow"]
    assert Deployment.objects.count() == 1


@pytest.mark.postgres
def test_start_and_withdrawal_at_once_end_in_one_of_the_two(committed_db: None) -> None:
    story = ready()

    def act(which: str) -> object:
        if which == "start":
            return start(story)
        return withdraw_request(request=story.change, actor=story.requester, at=times.DEPLOYED)

    answers = at_once(act, ["start", "withdraw"])

    story.change.refresh_from_db()
    assert sum(isinstance(answer, NotNow) for answer in answers) == 1
    assert story.change.state in {State.DEPLOYING, State.WITHDRAWN}
