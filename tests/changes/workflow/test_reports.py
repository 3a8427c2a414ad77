from datetime import timedelta
from typing import Any

import pytest

from changes import clock
from changes.models import Deployment, PostMortem, RolloutStage, Verification
from changes.queries.judgements import judgement_of
from changes.vocabulary import (
    DeploymentOutcome,
    Environment,
    RolloutStageName,
    StageResult,
    State,
    Verdict,
    VerificationKind,
)
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.reports import (
    report_deployment,
    report_deployment_finished,
    report_stage,
    report_verification,
)
from changes.workflow.samples import NewSample, record_samples
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.people import a_tech_lead
from tests.factories.source import RepositoryFactory
from tests.factories.stories import Story, make_draft, make_story

pytestmark = pytest.mark.django_db
CANARY, TEN, HALF, FULL = RolloutStageName
MINUTE = timedelta(minutes=1)


def report(**values: Any) -> Deployment:
    given = {"revision": "f" * 40, "at": times.DEPLOYED, "external_id": "vercel:dpl_1"}
    return report_deployment(**{**given, **values})


def rows(deployment: Deployment) -> list[tuple[object, ...]]:
    stages = deployment.stages.order_by("started_at", "pk")
    return [(s.name, s.started_at, s.ended_at, s.result) for s in stages]


def test_report_without_a_change_is_recorded() -> None:
    lead = a_tech_lead()

    deployment = report(started_by=lead, repository=RepositoryFactory.create())

    assert (deployment.change, deployment.is_reported) == (None, True)
    assert deployment.roles_held == ["tech lead"]


def test_report_of_a_draft_leaves_it_a_draft_and_is_recorded() -> None:
    story = make_draft()

    report(request=story.change)

    story.change.refresh_from_db()
    assert (story.change.state, story.change.counted_at) == (State.DRAFT, times.DEPLOYED)


def test_report_to_staging_leaves_the_state() -> None:
    story = make_story()

    report(request=story.change, environment=Environment.STAGING)

    story.change.refresh_from_db()
    assert story.change.state == State.SUBMITTED


@pytest.mark.parametrize("external_id", ["vercel:dpl_1", ""])
def test_report_repeated_is_the_same_row(external_id: str) -> None:
    first = report(external_id=external_id)

    assert events_of(lambda: report(external_id=external_id)) == []
    assert Deployment.objects.get() == first


def test_report_during_another_is_recorded_as_well() -> None:
    story = make_story()

    first = report(request=story.change)
    second = report(request=story.change, external_id="vercel:dpl_2", at=times.DEPLOYED + MINUTE)
    report_deployment_finished(deployment=first, at=times.ROLLED_OUT)

    story.change.refresh_from_db()
    assert story.change.state == State.DEPLOYING
    report_deployment_finished(deployment=second, at=times.ROLLED_OUT)
    story.change.refresh_from_db()
    assert story.change.state == State.DEPLOYED


def test_stages_reported_out_of_order_end_where_the_next_began() -> None:
    deployment = report()

    for stage, minute in ((CANARY, 0), (HALF, 20), (TEN, 10)):
        report_stage(deployment=deployment, stage=stage, at=times.DEPLOYED + minute * MINUTE)

    begun = [times.DEPLOYED + minute * MINUTE for minute in (0, 10, 20)]
    assert rows(deployment) == [
        (CANARY, begun[0], begun[1], StageResult.HEALTHY),
        (TEN, begun[1], begun[2], StageResult.HEALTHY),
        (HALF, begun[2], None, ""),
    ]


def test_stage_repeated_is_the_same_row() -> None:
    deployment = report()
    report_stage(deployment=deployment, stage=CANARY, at=times.DEPLOYED)

    again = report_stage(deployment=deployment, stage=CANARY, at=times.DEPLOYED + MINUTE)

    assert RolloutStage.objects.get() == again
    assert again.started_at == times.DEPLOYED


def test_stage_that_skips_is_refused_where_it_must_follow_and_recorded_elsewhere() -> None:
    deployment = report()

    with refused(NotNow, f"{deployment}: the next stage is canary, not 50."):
        report_stage(deployment=deployment, stage=HALF, at=times.DEPLOYED, must_follow=True)
    report_stage(deployment=deployment, stage=HALF, at=times.DEPLOYED)

    assert [row[0] for row in rows(deployment)] == [HALF]


def test_stage_heard_of_after_the_rollout_ends_with_it() -> None:
    deployment = report()
    report_deployment_finished(deployment=deployment, at=times.ROLLED_OUT)

    report_stage(deployment=deployment, stage=CANARY, at=times.DEPLOYED)

    assert rows(deployment) == [(CANARY, times.DEPLOYED, times.ROLLED_OUT, StageResult.HEALTHY)]


@pytest.mark.parametrize(
    ("at", "kind", "said"),
    [
        (times.DEPLOYED - MINUTE, Invalid, "is before the deployment began."),
        (times.ROLLED_OUT + MINUTE, NotNow, "ended at 2026-07-14T19:00:00+00:00."),
    ],
    ids=["before", "after"],
)
def test_stage_outside_of_its_rollout_is_refused(at: Any, kind: Any, said: str) -> None:
    deployment = report()
    report_deployment_finished(deployment=deployment, at=times.ROLLED_OUT)

    with pytest.raises(kind, match=said.replace("+", r"\+")):
        report_stage(deployment=deployment, stage=CANARY, at=at)


def finish(story: Story, outcome: DeploymentOutcome) -> Deployment:
    deployment = report(request=story.change)
    report_deployment_finished(deployment=deployment, at=times.ROLLED_OUT, outcome=outcome)
    deployment.refresh_from_db()
    story.change.refresh_from_db()
    return deployment


def test_success_without_stages_is_recorded_and_the_rule_shows_it() -> None:
    story = make_story()

    finish(story, DeploymentOutcome.SUCCEEDED)

    finding = judgement_of(story.change, times.NOW).finding("stages_in_order")
    assert story.change.state == State.DEPLOYED
    assert finding.sentence == "Stages are missing: canary, 10, 50, 100."


def test_failure_gives_the_request_back() -> None:
    story = make_story()

    deployment = finish(story, DeploymentOutcome.FAILED)

    assert (deployment.outcome, story.change.state) == (DeploymentOutcome.FAILED, State.SUBMITTED)


def test_reported_rollback_opens_the_post_mortem() -> None:
    story = make_story()

    deployment = finish(story, DeploymentOutcome.ROLLED_BACK)

    assert story.change.state == State.ROLLED_BACK
    assert deployment.rollback.reason == "The deployment system reported it."
    assert PostMortem.objects.filter(change=story.change).exists()


def test_finish_repeated_changes_nothing_and_another_outcome_is_refused() -> None:
    deployment = finish(make_story(), DeploymentOutcome.SUCCEEDED)

    def again(outcome: DeploymentOutcome) -> Deployment:
        return report_deployment_finished(
            deployment=deployment, at=times.ROLLED_OUT, outcome=outcome
        )

    assert events_of(lambda: again(DeploymentOutcome.SUCCEEDED)) == []
    with refused(NotNow, f"{deployment} has succeeded already."):
        again(DeploymentOutcome.FAILED)


def test_finish_without_a_change_ends_the_deployment() -> None:
    deployment = report()

    report_deployment_finished(deployment=deployment, at=times.ROLLED_OUT)

    deployment.refresh_from_db()
    assert deployment.outcome == DeploymentOutcome.SUCCEEDED


def test_verifications_reported_once_each_verify_the_change() -> None:
    story = make_story()
    deployment = finish(story, DeploymentOutcome.SUCCEEDED)

    for kind in (*VerificationKind, VerificationKind.KPI):
        report_verification(
            deployment=deployment, kind=kind, has_passed=True, at=times.VERIFIED, details={}
        )

    story.change.refresh_from_db()
    assert (story.change.state, Verification.objects.count()) == (State.VERIFIED, 3)


def test_verification_of_a_running_rollout_is_refused() -> None:
    deployment = report()

    sentence = f"{deployment} is still running: it is verified after its last stage."
    with refused(NotNow, sentence):
        report_verification(
            deployment=deployment, kind=VerificationKind.KPI, has_passed=True, at=times.VERIFIED
        )


@pytest.mark.postgres
def test_report_twice_at_once_is_one_row(committed_db: None) -> None:
    answers = at_once(lambda _: report(), range(2))

    assert {answer.pk for answer in answers} == {Deployment.objects.get().pk}


def test_kpi_beyond_its_tolerance_has_failed_whatever_was_said() -> None:
    story = make_story()
    deployment = finish(story, DeploymentOutcome.SUCCEEDED)
    details = {"name": "sign-ups", "baseline": "100", "direction": "higher", "tolerance": "5"}

    results = [
        report_verification(
            deployment=deployment,
            kind=VerificationKind.KPI,
            has_passed=True,
            at=times.VERIFIED + n * MINUTE,
            details={**details, "value": value},
        ).has_passed
        for n, value in enumerate(["95", "94.9"])
    ]

    assert results == [True, False]
    assert PostMortem.objects.get(change=story.change).reason == "Verification failed: kpi."


def breach(deployment: Deployment, minutes: int) -> None:
    """Two per cent of errors, a sample each half minute."""
    seconds = range(0, minutes * 60 + 1, 30)
    rows = [NewSample(times.DEPLOYED + timedelta(seconds=s), error_rate_percent=2) for s in seconds]
    with clock.simulated(times.DEPLOYED + timedelta(minutes=minutes)):
        record_samples(deployment=deployment, samples=rows)


def verdict_of(story: Story, seconds: float) -> tuple[Verdict, str]:
    """So many seconds after the trigger fired."""
    at = times.DEPLOYED + timedelta(minutes=5, seconds=seconds)
    finding = judgement_of(story.change, at).finding("triggers_answered_by_rollback")
    return finding.verdict, finding.sentence


def test_success_reported_while_a_rollback_is_open_leaves_it_open() -> None:
    story = make_story()
    deployment = report(request=story.change)
    breach(deployment, 5)
    at = times.DEPLOYED + timedelta(minutes=7)

    report_deployment_finished(deployment=deployment, at=at)

    deployment.refresh_from_db()
    story.change.refresh_from_db()
    assert (deployment.outcome, story.change.state) == ("succeeded", State.DEPLOYED)
    assert deployment.rollback.finished_at is None
    assert deployment.firings.count() == 1


def test_success_reported_while_a_rollback_is_open_does_not_answer_the_trigger() -> None:
    story = make_story()
    deployment = report(request=story.change)
    breach(deployment, 5)
    report_deployment_finished(deployment=deployment, at=times.DEPLOYED + timedelta(minutes=7))

    in_time, over = verdict_of(story, 300), verdict_of(story, 301)
    assert in_time[0] is Verdict.UNKNOWN
    assert in_time[1].endswith("Roll back by 18:10:00 UTC: whoever deploys does it.")
    assert over[0] is Verdict.FAILED
    assert over[1].endswith("It was reported as a success. Nobody rolled back within 5 minutes.")

    late = times.DEPLOYED + timedelta(minutes=20)
    report_deployment_finished(
        deployment=deployment, at=late, outcome=DeploymentOutcome.ROLLED_BACK
    )
    stays = verdict_of(story, 3600)
    assert stays[0] is Verdict.FAILED
    assert "Production was back at 18:20:00 UTC, after more than 5 minutes." in stays[1]
