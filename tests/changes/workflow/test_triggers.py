"""Samples that fire a trigger halt the rollout and open the rollback."""

from datetime import timedelta

import pytest

from changes.models import Deployment, PostMortem, Rollback, RolloutHalt, TriggerFiring
from changes.vocabulary import DeploymentOutcome, RollbackTrigger, RolloutStageName, State
from changes.workflow.halts import resume_rollout
from changes.workflow.refusals import NotNow
from changes.workflow.rollbacks import roll_back
from changes.workflow.samples import NewSample, record_samples
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.rollout import DeploymentFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def running() -> Story:
    story = make_story().pass_gates().approve().start()
    return story.advance(RolloutStageName.CANARY)


def errors(*rates: str, first: int = 1) -> list[NewSample]:
    """One a minute."""
    return [
        NewSample(times.DEPLOYED + minute * MINUTE, error_rate_percent=rate)
        for minute, rate in enumerate(rates, start=first)
    ]


def sent(deployment: Deployment, *samples: NewSample) -> None:
    record_samples(deployment=deployment, samples=samples)


def test_trigger_halts_the_rollout_and_opens_the_rollback() -> None:
    story = running()

    told = events_of(lambda: sent(story.deployment, *errors(*["1.6"] * 6)))

    assert told == [
        "rollback.opened",
        "rollout.halted",
        *["sample.taken"] * 6,
        "trigger.fired",
    ]
    firing, rollback = TriggerFiring.objects.get(), Rollback.objects.get()
    assert (firing.trigger, firing.observed["values"]) == (
        RollbackTrigger.ERROR_RATE,
        ["1.6"] * 6,
    )
    assert (firing.span_starts_at, firing.fired_at) == (
        times.DEPLOYED + MINUTE,
        times.DEPLOYED + 6 * MINUTE,
    )
    assert (rollback.finished_at, rollback.started_at) == (None, times.NOW)
    assert rollback.reason.startswith("Error rate 1.6")
    with pytest.raises(NotNow, match="is halted: resume it or roll it back"):
        story.advance(RolloutStageName.TEN_PERCENT, times.DEPLOYED + 7 * MINUTE)


@pytest.mark.parametrize(
    "rates",
    [["1.5"] * 6, ["1.6"] * 5, ["1.6", "1.6", "1.6", "1.5", "1.6", "1.6"]],
    ids=["at the limit", "not long enough", "interrupted"],
)
def test_nothing_fires_below_the_limit_or_the_time(rates: list[str]) -> None:
    story = running()

    sent(story.deployment, *errors(*rates))

    assert not TriggerFiring.objects.exists()


def test_samples_one_by_one_out_of_order_and_repeated_fire_once() -> None:
    story = running()
    samples = errors(*["2"] * 8)

    for sample in (*samples[::2], *samples[1::2], *samples):
        sent(story.deployment, sample)

    assert (TriggerFiring.objects.count(), RolloutHalt.objects.count()) == (1, 1)


def test_fourth_failed_health_check_fires() -> None:
    story = running()
    failing = [NewSample(times.DEPLOYED + n * MINUTE, is_healthy=False) for n in range(1, 5)]

    sent(story.deployment, *failing[:3])
    before = TriggerFiring.objects.count()
    sent(story.deployment, failing[3])

    assert (before, TriggerFiring.objects.get().trigger) == (0, RollbackTrigger.HEALTH_CHECK)


def test_rollback_that_a_trigger_opened_is_carried_through_by_a_person() -> None:
    story = running()
    sent(story.deployment, *errors(*["1.6"] * 6))

    roll_back(
        deployment=story.deployment, actor=story.lead, at=times.NOW, reason="Back on the last one."
    )

    story.change.refresh_from_db()
    rollback = Rollback.objects.get()
    assert (story.change.state, story.deployment.outcome) == (
        State.ROLLED_BACK,
        DeploymentOutcome.ROLLED_BACK,
    )
    assert (rollback.trigger, rollback.finished_at) == (RollbackTrigger.ERROR_RATE, times.NOW)
    assert PostMortem.objects.get().reason.startswith("Rolled back (error rate): ")


def test_resuming_against_a_trigger_is_refused() -> None:
    story = running()
    sent(story.deployment, *errors(*["1.6"] * 6))

    key = story.change.key
    with refused(NotNow, f"A trigger fired on {key}: roll it back, it is not resumed."):
        resume_rollout(deployment=story.deployment, actor=story.lead, at=times.NOW)


def test_trigger_on_a_deployment_without_a_change_is_recorded() -> None:
    deployment = DeploymentFactory.create(change=None, outcome="running", finished_at=None)

    sent(deployment, *errors(*["1.6"] * 6))

    assert TriggerFiring.objects.get().deployment == deployment


@pytest.mark.postgres
def test_samples_at_once_open_one_rollback(committed_db: None) -> None:
    story = running()
    sent(story.deployment, *errors(*["1.6"] * 5))

    at_once(lambda n: sent(story.deployment, *errors("1.6", first=n)), [6, 6, 7])

    assert (Rollback.objects.count(), RolloutHalt.objects.count()) == (1, 1)
    assert TriggerFiring.objects.count() == 1
