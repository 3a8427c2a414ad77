"""The steps of a rollback by hand, confirmed over the API with what each of them put out."""

from typing import Any

import pytest

from changes.models import RollbackStep
from changes.workflow.runbooks import commands_for
from tests.changes.api.clients import problem
from tests.changes.api.test_actions import browser, do
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
WHY = {"reason": "It sorted backwards."}


def running() -> Story:
    return make_story(changes_schema=True).pass_gates().approve().start()


def kept() -> list[tuple[int, str]]:
    return list(RollbackStep.objects.values_list("ordinal", "output"))


def test_rollback_takes_the_output_of_each_step_by_its_number() -> None:
    story = running()
    numbers = [n for n, _ in enumerate(commands_for(story.change, story.deployment), start=1)]
    outputs = {str(n): f"Done {n}." for n in numbers}

    answer = do(browser(story.lead), story, "roll-back", {**WHY, "outputs": outputs})

    assert answer.status_code == 200, answer.content
    assert len(numbers) == 2
    assert kept() == [(n, f"Done {n}.") for n in numbers]


def test_step_is_confirmed_later() -> None:
    story = running()
    client = browser(story.lead)
    do(client, story, "roll-back", {**WHY, "outputs": {"1": "Rolled back."}})

    answer = do(client, story, "confirm-rollback", {"outputs": {"2": "Restored."}})

    assert answer.status_code == 200, answer.content
    assert kept() == [(1, "Rolled back."), (2, "Restored.")]


@pytest.mark.parametrize(
    ("outputs", "status", "field"),
    [
        pytest.param({"9": "x"}, 422, "outputs.9", id="no such step"),
        pytest.param({"one": "x"}, 422, "outputs.one", id="no number"),
        pytest.param({"2": "x" * 20_001}, 422, "outputs.2", id="too long"),
        pytest.param({"1": "x"}, 409, None, id="confirmed already"),
        pytest.param({}, 422, "outputs.1", id="none"),
        pytest.param(["x"], 422, "outputs", id="a list"),
    ],
)
def test_output_that_cannot_be_kept_is_refused(outputs: Any, status: int, field: str) -> None:
    story = running()
    client = browser(story.lead)
    do(client, story, "roll-back", {**WHY, "outputs": {"1": "Rolled back."}})

    answer = do(client, story, "confirm-rollback", {"outputs": outputs})

    assert problem(answer)[0] == status
    assert {error["field"] for error in answer.json()["errors"]} == ({field} if field else set())
    assert kept() == [(1, "Rolled back.")]
