"""Rollouts that were rolled back, and what was learnt from them."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from changes.sample.routine.days import minutes, next_working_day
from changes.sample.routine.team import LEADS
from changes.sample.story import ActionLine, PostMortemLine, RollbackPlan, Story
from changes.vocabulary import RollbackTrigger

STAGES = ("canary", "10")


def _rolled_back(story: Story, trigger: RollbackTrigger, reason: str, latency: int = 0) -> Story:
    """At 10 percent. A post-mortem two working days later, closed two days after it."""
    assert story.rollout is not None  # noqa: S101 - every made story has one
    at = story.rollout.at + minutes(32)
    plan = RollbackPlan(
        at=at,
        trigger=trigger,
        reason=reason,
        breach_from=at - minutes(7) if latency else None,
        latency=latency or None,
    )
    return replace(
        story,
        rollout=replace(story.rollout, stages=STAGES, is_finished=False),
        rollback=plan,
        kpi=None,
        closed=None,
    )


def _learnt(story: Story, what_happened: str, root_cause: str, action: str) -> Story:
    assert story.rollback is not None  # noqa: S101 - only what was rolled back comes here
    at = story.rollback.at
    written, approved, due = (next_working_day(at.date(), count) for count in (2, 3, 12))
    post_mortem = PostMortemLine(
        by=story.requester,
        at=at.replace(year=written.year, month=written.month, day=written.day),
        what_happened=what_happened,
        root_cause=root_cause,
        approved_by=LEADS[story.systems[0]][0],
        approved_at=at.replace(year=approved.year, month=approved.month, day=approved.day),
        actions=(ActionLine(action, story.requester, due),),
    )
    return replace(story, post_mortem=post_mortem, closed=post_mortem.approved_at + minutes(90))


def _by_latency(story: Story) -> Story:
    reason = "P95 above 700 milliseconds for seven minutes after the step to 10 percent."
    return _learnt(
        _rolled_back(story, RollbackTrigger.LATENCY, reason, latency=840),
        "At 10 percent of the traffic the P95 rose from 310 to 840 milliseconds and stayed there"
        " until the rollback. No request failed.",
        "The services behind the gateway close idle connections after sixty seconds, so every"
        " third request met a closed one and was sent again.",
        "Ask each service for the time it keeps a connection",
    )


def _by_hand(story: Story) -> Story:
    reason = "Support reports that the bank details of two customers are shown the wrong way round."
    return _learnt(
        _rolled_back(story, RollbackTrigger.MANUAL, reason),
        "Twenty minutes after the canary support called: bank and branch stood in each other's"
        " place. No payment had been made. No metric shows such a thing.",
        "The test compared the page with itself, as both were drawn by the same template.",
        "Compare the page with a bank's own example",
    )


def _without_values(story: Story) -> Story:
    reason = "Health checks fail on the reader of the second partition."
    return _learnt(
        _rolled_back(story, RollbackTrigger.HEALTH_CHECK, reason),
        "Health checks failed a quarter of an hour after the step to 10 percent. Whoever rolled"
        " back saw them on the wall and wrote no value down.",
        "The second partition had no reader of its own until the rollout was whole.",
        "Start the readers before the partitions",
    )


def _unlearnt(story: Story) -> Story:
    reason = "The minutes of one region add up to less than its hour; the reason is not known."
    return _rolled_back(story, RollbackTrigger.MANUAL, reason)


SETBACKS: Mapping[str, tuple[str, Callable[[Story], Story]]] = {
    "latency-rollback": ("Rolled back at 10 percent: requests took too long.", _by_latency),
    "rollback-without-values": (
        "Rolled back for failed health checks, and the values that were seen are not on record.",
        _without_values,
    ),
    "manual-rollback": ("Rolled back by hand at 10 percent: it showed wrong details.", _by_hand),
    "manual-rollback-unlearnt": (
        "Rolled back by hand at 10 percent, and its post-mortem was never written.",
        _unlearnt,
    ),
}
