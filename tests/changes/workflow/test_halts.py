"""Halting a rollout and resuming it."""

from datetime import timedelta

import pytest

from changes.vocabulary import RolloutStageName
from changes.workflow.halts import halt_rollout, resume_rollout
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.rollouts import finish_deployment
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
CANARY, TEN = RolloutStageName.CANARY, RolloutStageName.TEN_PERCENT
LATER = times.DEPLOYED + timedelta(minutes=5)


def running() -> Story:
    return make_story().pass_gates().approve().start().advance(CANARY)


def halt(story: Story, reason: str = "The pages look odd.") -> object:
    return halt_rollout(deployment=story.deployment, actor=story.lead, at=LATER, reason=reason)


def resume(story: Story) -> object:
    return resume_rollout(deployment=story.deployment, actor=story.lead, at=LATER)


def test_halted_rollout_neither_advances_nor_finishes_until_it_is_resumed() -> None:
    story = running()
    assert events_of(lambda: halt(story)) == ["rollout.halted"]

    sentence = f"The rollout of {story.change.key} is halted: resume it or roll it back."
    with refused(NotNow, sentence):
        story.advance(TEN, LATER)
    with refused(NotNow, sentence):
        finish_deployment(deployment=story.deployment, actor=story.lead, at=LATER)

    assert events_of(lambda: resume(story)) == ["rollout.resumed"]
    story.advance(TEN, LATER)
    assert [stage.name for stage in story.deployment.stages.all()] == [CANARY, TEN]


def test_halt_without_a_reason_is_refused() -> None:
    story = running()

    with refused(Invalid, "Say why it is halted."):
        halt(story, " ")


def test_halt_twice_is_refused() -> None:
    story = running()
    halt(story)

    with refused(NotNow, f"The rollout of {story.change.key} is halted already."):
        halt(story)


def test_resume_of_what_runs_is_refused() -> None:
    story = running()

    with refused(NotNow, f"The rollout of {story.change.key} is not halted."):
        resume(story)


def test_rollback_ends_a_halted_rollout() -> None:
    story = running()
    halt(story)

    story.roll_back()

    assert story.change.state == "rolled_back"


@pytest.mark.postgres
def test_halt_and_advance_at_once_are_one_after_the_other(committed_db: None) -> None:
    story = running()

    answers = at_once(lambda act: act(), [lambda: halt(story), lambda: story.advance(TEN, LATER)])

    refusals = [answer for answer in answers if isinstance(answer, NotNow)]
    stages = [stage.name for stage in story.deployment.stages.all()]
    assert (len(refusals), stages) in [(0, [CANARY, TEN]), (1, [CANARY])]


@pytest.mark.postgres
def test_halt_twice_at_once_is_one_halt(committed_db: None) -> None:
    story = running()

    answers = at_once(lambda _: halt(story), range(2))

    assert sorted(type(answer).__name__ for answer in answers) == ["NotNow", "RolloutHalt"]
