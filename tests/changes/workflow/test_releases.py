"""Planning a deployment, and the manual release to production."""

from datetime import UTC, datetime, timedelta

import pytest

from changes.models import ProductionRelease
from changes.queries.judgements import judgement_of
from changes.queries.policies import version_in_force
from changes.vocabulary import PipelineStage, RunOutcome, Verdict
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.releases import release_to_production, schedule_deployment
from changes.workflow.reports import report_deployment
from changes.workflow.sources import record_run
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.calendar import FreezeFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
TOMORROW_NOON = datetime(2026, 7, 16, 19, tzinfo=UTC)  # Thursday, 12:00 in Los Angeles


def plan(story: Story, planned_for: datetime) -> object:
    return schedule_deployment(
        request=story.change, actor=story.lead, at=times.NOW, planned_for=planned_for
    )


def release(story: Story, revision: str = "") -> ProductionRelease:
    return release_to_production(
        request=story.change,
        actor=story.lead,
        at=times.DEPLOYED,
        revision=revision or story.head,
    )


def test_plan_inside_the_window_is_kept() -> None:
    story = make_story()

    assert events_of(lambda: plan(story, TOMORROW_NOON)) == ["change.schedule"]

    story.change.refresh_from_db()
    assert story.change.planned_for == TOMORROW_NOON


@pytest.mark.parametrize(
    ("planned_for", "sentence"),
    [
        pytest.param(times.NOW, "A deployment is planned for a time to come.", id="not to come"),
        pytest.param(
            TOMORROW_NOON + timedelta(hours=5),
            "The window is closed: outside the deployment window "
            "(Monday, Tuesday, Wednesday, Thursday, 10:00 to 16:00).",
            id="in the evening",
        ),
        pytest.param(
            datetime(2026, 7, 16, 12),  # noqa: DTZ001 - a time without a zone is the point
            "2026-07-16 12:00:00 has no time zone: add Z or an offset.",
            id="no zone",
        ),
    ],
)
def test_plan_that_cannot_be_kept_is_refused(planned_for: datetime, sentence: str) -> None:
    story = make_story()

    with refused(Invalid, sentence):
        plan(story, planned_for)


def test_plan_inside_a_freeze_is_refused() -> None:
    story = make_story()
    FreezeFactory.create(ends_at=TOMORROW_NOON + timedelta(days=1))

    with pytest.raises(Invalid, match="a freeze closed the window"):
        plan(story, TOMORROW_NOON)


def test_release_keeps_person_revision_and_time() -> None:
    story = make_story().pass_gates().approve()

    found = release(story)

    assert (found.person, found.revision, found.released_at) == (
        story.lead,
        story.head,
        times.DEPLOYED,
    )
    story.start()
    assert ProductionRelease.objects.get() == found


def test_release_outside_of_the_window_is_given() -> None:
    story = make_story().pass_gates().approve()
    FreezeFactory.create()

    assert release(story).revision == story.head


def test_release_without_approvals_is_refused() -> None:
    story = make_story().pass_gates()

    with pytest.raises(NotNow, match="Waits for a tech lead"):
        release(story)

    assert not ProductionRelease.objects.exists()


def end_to_end(story: Story, outcome: RunOutcome, at: datetime, revision: str = "") -> None:
    for check in version_in_force(at).pipeline_checks[PipelineStage.END_TO_END]:
        record_run(
            repository=story.repository,
            revision=revision or story.head,
            stage=PipelineStage.END_TO_END,
            check_name=check,
            outcome=outcome,
            started_at=at,
            finished_at=at,
            change=story.change,
        )


def test_release_before_end_to_end_has_passed_is_refused() -> None:
    story = make_story().pass_gates().approve()
    end_to_end(story, RunOutcome.FAILED, times.APPROVED)
    checks = ", ".join(version_in_force(times.NOW).pipeline_checks[PipelineStage.END_TO_END])
    sentence = f"End-to-end on staging did not pass {story.head[:12]}: {checks}."

    with refused(NotNow, sentence):
        release(story)
    with refused(NotNow, sentence):
        story.start()

    end_to_end(story, RunOutcome.PASSED, times.APPROVED + timedelta(minutes=5))
    assert release(story).revision == story.head


def test_release_that_a_deployment_system_reports_is_recorded_whatever_staging_said() -> None:
    story = make_story().pass_gates().approve()
    end_to_end(story, RunOutcome.FAILED, times.APPROVED)

    report_deployment(
        request=story.change, revision=story.head, at=times.DEPLOYED, released_by=story.lead
    )

    assert ProductionRelease.objects.get().person == story.lead
    finding = judgement_of(story.change, times.NOW).finding("released_after_end_to_end")
    assert finding.verdict is Verdict.FAILED


def test_release_twice_is_refused() -> None:
    story = make_story().pass_gates().approve()
    release(story)

    with refused(NotNow, f"{story.head[:12]} of {story.change.key} is released already."):
        release(story)


def test_release_by_an_engineer_is_refused() -> None:
    story = make_story().pass_gates().approve()

    with refused(NotPermitted, "Only on-call or tech lead may release to production."):
        release_to_production(
            request=story.change, actor=story.peer, at=times.DEPLOYED, revision=story.head
        )


@pytest.mark.postgres
def test_release_twice_at_once_is_one_release(committed_db: None) -> None:
    story = make_story().pass_gates().approve()

    answers = at_once(lambda _: release(story), range(2))

    assert sorted(type(answer).__name__ for answer in answers) == ["NotNow", "ProductionRelease"]
