"""The steps of a rollback by hand, confirmed with what they put out."""

from datetime import timedelta
from typing import Any

import pytest

from changes.models import RollbackStep
from changes.vocabulary import RolloutStageName
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.rollbacks import roll_back
from changes.workflow.runbooks import confirm_steps, unconfirmed
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
BACK, RESTORE = "vercel rollback --yes", "tsx scripts/restore_latest_backup.ts --confirm"


def running(**values: Any) -> Story:
    story = make_story(**values).pass_gates().approve().start()
    return story.advance(RolloutStageName.CANARY)


def undo(story: Story, outputs: dict[int, str] | None = None) -> Story:
    roll_back(
        deployment=story.deployment,
        actor=story.lead,
        at=times.ROLLED_OUT,
        reason="The pages got slow.",
        outputs=outputs,
    )
    story.change.refresh_from_db()
    return story


def confirm(story: Story, outputs: dict[int, str], **values: Any) -> object:
    given = {"actor": story.lead, "at": times.ROLLED_OUT + timedelta(minutes=5), **values}
    return confirm_steps(request=story.change, outputs=outputs, **given)


def test_database_is_restored_only_where_the_schema_changed() -> None:
    plain, schema = undo(running()), undo(running(changes_schema=True))

    assert unconfirmed(plain.change) == [(1, BACK)]
    assert unconfirmed(schema.change) == [(1, BACK), (2, RESTORE)]


def test_steps_are_confirmed_with_the_rollback_and_after_it() -> None:
    story = undo(running(changes_schema=True), {1: "Success! dpl_1 is live."})
    assert unconfirmed(story.change) == [(2, RESTORE)]

    assert events_of(lambda: confirm(story, {2: "Restored."})) == ["rollback.step_confirmed"]

    assert unconfirmed(story.change) == []
    assert [(s.command, s.output, s.confirmed_by) for s in RollbackStep.objects.all()] == [
        (BACK, "Success! dpl_1 is live.", story.lead),
        (RESTORE, "Restored.", story.lead),
    ]


@pytest.mark.parametrize(
    ("outputs", "kind", "sentence"),
    [
        pytest.param({1: " "}, Invalid, "Give what the command put out.", id="no output"),
        pytest.param({2: "x"}, Invalid, "The runbook has no step 2 for this.", id="no such step"),
        pytest.param({}, Invalid, "Say of one step at least what it put out.", id="nothing"),
    ],
)
def test_confirmation_that_says_nothing_is_refused(
    outputs: dict[int, str], kind: Any, sentence: str
) -> None:
    story = undo(running())

    with refused(kind, sentence):
        confirm(story, outputs)


def test_step_confirmed_twice_is_refused() -> None:
    story = undo(running(), {1: "Done."})

    with refused(NotNow, f"Step 1 of {story.change.key} is confirmed already."):
        confirm(story, {1: "Done."})


def test_confirmation_without_a_rollback_is_refused() -> None:
    story = running()

    sentence = f"{story.change.key} has no rollback whose steps could be confirmed."
    with refused(NotNow, sentence):
        confirm(story, {1: "Done."})


def test_confirmation_by_an_engineer_is_refused() -> None:
    story = undo(running())

    with refused(NotPermitted, "Only on-call or tech lead may confirm rollback steps."):
        confirm(story, {1: "Done."}, actor=story.peer)
