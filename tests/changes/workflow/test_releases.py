"""Planning a deployment, and the manual release to production."""

from datetime import UTC, datetime, timedelta

import pytest

from changes.models import ProductionRelease
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.releases import release_to_production, schedule_deployment
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
