"""What is refused leaves one row in the log of refused actions, and nothing else."""

import pytest
from django.urls import reverse

from changes.models import RefusedAction
from changes.states import Action
from changes.vocabulary import Role
from evidence.models import Event
from tests.clients import ClientAs
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db


def test_refused_action_is_logged_with_its_sentence(client_as: ClientAs) -> None:
    story, client = make_story(), client_as(Role.ENGINEER)

    client.post(reverse("changes:act", args=[story.change.key, Action.CLOSE]))

    row = RefusedAction.objects.get()
    sentence = f"{story.change.key} is submitted; it would have to be rolled back or verified."
    assert (row.person, row.change, row.status, row.sentence) == (
        client.person,
        story.change,
        409,
        sentence,
    )
    assert Event.objects.filter(type="action.refused").count() == 1
    assert sentence in client_as(Role.AUDITOR).get("/refused/").content.decode()


def test_action_without_the_role_and_wrong_values_are_logged(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start()
    address = reverse("changes:act", args=[story.change.key, Action.RECORD_SAMPLES])

    client_as(Role.AUDITOR).post(address, {"error_rate_percent": "1"})
    client_as(Role.TECH_LEAD).post(address, {"error_rate_percent": "NaN"})

    statuses = {row.status: row.sentence for row in RefusedAction.objects.all()}
    assert statuses == {
        403: "Only on-call or tech lead may record a health sample.",
        400: "An error rate is 0 to 100 percent, not NaN.",
    }


def test_page_that_is_only_looked_at_logs_nothing(client_as: ClientAs) -> None:
    story = make_story()

    client_as(Role.AUDITOR).get(reverse("changes:act", args=[story.change.key, Action.CLOSE]))

    assert not RefusedAction.objects.exists()
