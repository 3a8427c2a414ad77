"""The page of running rollouts: charts, triggers, the calendar."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from changes.models import ChangeRequest
from changes.vocabulary import Role, RolloutStageName
from changes.workflow.samples import NewSample, record_samples
from tests.clients import ClientAs
from tests.factories import times
from tests.factories.calendar import FreezeFactory
from tests.factories.rollout import DeploymentFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
PAGE, RUNNING = reverse("changes:deployments"), reverse("changes:running-rollouts")


def watched(minutes: list[int], rate: str = "1.6") -> Story:
    story = make_story().pass_gates().approve().start().advance(RolloutStageName.CANARY)
    record_samples(
        deployment=story.deployment,
        samples=[
            NewSample(times.DEPLOYED + timedelta(minutes=m), rate, "300", is_healthy=True)
            for m in minutes
        ],
    )
    return story


def test_page_without_a_rollout_says_so(client_as: ClientAs) -> None:
    text = client_as(Role.AUDITOR).get(PAGE).content.decode()

    assert "No rollout is under way" in text


def test_trigger_is_shown_with_its_breach_and_the_open_rollback(client_as: ClientAs) -> None:
    story = watched([1, 2, 3, 4, 5, 6])

    client = client_as(Role.TECH_LEAD)
    text = client.get(RUNNING).content.decode()

    (shown, may_roll_back) = client.get(PAGE).context["rollouts"][0]
    assert (shown.charts[0].has_fired, may_roll_back) == (True, True)
    assert 'class="breach"' in text
    assert "A rollback is open" in text
    assert "fired at 18:06:00 UTC" in text
    assert story.change.key in text
    assert "style=" not in text


def test_gap_is_marked_and_breaks_the_line(client_as: ClientAs) -> None:
    watched([1, 2, 9, 10], rate="0.2")

    (shown, may_roll_back) = client_as(Role.AUDITOR).get(PAGE).context["rollouts"][0]

    errors = shown.charts[0]
    assert (len(errors.lines), len(errors.gaps), errors.breaches) == (2, 1, ())
    assert not may_roll_back


def test_rollout_without_a_change_is_shown(client_as: ClientAs) -> None:
    DeploymentFactory.create(change=None, outcome="running", finished_at=None)

    text = client_as(Role.ENGINEER).get(PAGE).content.decode()

    assert "No change request" in text
    assert "never sampled" in text


def test_calendar_names_windows_freezes_and_plans(client_as: ClientAs) -> None:
    story = make_story()
    FreezeFactory.create(
        reason="Closing of the books",
        starts_at=times.NOW + timedelta(days=2),
        ends_at=times.NOW + timedelta(days=3),
    )
    noon = datetime(2026, 7, 16, 19, tzinfo=UTC)
    ChangeRequest.objects.update(planned_for=noon)

    days = client_as(Role.ENGINEER).get(PAGE).context["days"]

    assert [(d.name, d.hours, d.asks_reason) for d in days[:5]] == [
        ("Wednesday", "10:00 to 16:00", False),
        ("Thursday", "10:00 to 16:00", False),
        ("Friday", "10:00 to 16:00", True),
        ("Saturday", "", False),
        ("Sunday", "", False),
    ]
    assert [len(day.freezes) for day in days[:5]] == [0, 0, 1, 1, 0]
    assert [list(day.planned) for day in days[:2]] == [[], [story.change]]


def test_page_asks_the_same_number_of_queries_for_three(client_as: ClientAs) -> None:
    client = client_as(Role.ENGINEER)
    counts = []
    for _ in range(2):
        watched([1, 2], rate="0.2")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(RUNNING)
        counts.append(len(asked))

    assert counts[0] == counts[1]
