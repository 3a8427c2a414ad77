"""Rollback triggers, on samples that came in and by alerts: record, halt, open the rollback,
call for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from changes import clock
from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Deployment, Rollback, TriggerFiring
from changes.rules.facts import SampleFacts
from changes.rules.policy import Policy
from changes.rules.triggers import Firing, firings
from changes.vocabulary import RollbackTrigger
from changes.workflow.executor import ask_executor
from changes.workflow.halts import keep_halt
from changes.workflow.rollout_steps import open_halt


class Fired(Protocol):
    """What fired: on samples, or an alert."""

    @property
    def trigger(self) -> RollbackTrigger: ...
    @property
    def fired_at(self) -> datetime: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def sentence(self) -> str: ...
    @property
    def observed(self) -> dict[str, Any]: ...


def evaluate(change: ChangeRequest | None, deployment: Deployment) -> list[TriggerFiring]:
    """What fires now and did not before; the deployment is held. A breach that goes on, or whose
    samples come out of order, is one firing. The first one opens the rollback.
    """
    found = firings(_samples(deployment), _policy(change, deployment))
    known = list(deployment.firings.all())
    new = [firing for firing in found if not any(_is_same(firing, row) for row in known)]
    return answer(change, deployment, new)


def answer(
    change: ChangeRequest | None, deployment: Deployment, new: Sequence[Fired]
) -> list[TriggerFiring]:
    """Each is recorded; the first of them opens the rollback, where none is open or done."""
    at = clock.now()
    rows = [_keep(change, deployment, firing, at) for firing in new]
    if new and not Rollback.objects.filter(deployment=deployment).exists():
        _open_rollback(change, deployment, new[0], at)
    return rows


def _samples(deployment: Deployment) -> list[SampleFacts]:
    columns = ("taken_at", "error_rate_percent", "latency_p95_ms", "is_healthy")
    return [SampleFacts(*row) for row in deployment.samples.values_list(*columns)]


def _policy(change: ChangeRequest | None, deployment: Deployment) -> Policy:
    """The version that judges the change."""
    version = (change.policy_version if change else None) or deployment.policy_version
    return version.as_policy()


def _is_same(firing: Firing, row: TriggerFiring) -> bool:
    """The spans touch: it is the same breach, as far as it was seen then."""
    is_apart = firing.ends_at < row.span_starts_at or row.span_ends_at < firing.starts_at
    return firing.trigger == row.trigger and not is_apart


def _keep(
    change: ChangeRequest | None, deployment: Deployment, firing: Fired, at: datetime
) -> TriggerFiring:
    row = TriggerFiring.objects.create(
        deployment=deployment,
        trigger=firing.trigger,
        span_starts_at=firing.starts_at,
        span_ends_at=firing.ends_at,
        fired_at=firing.fired_at,
        observed=firing.observed,
        recorded_at=at,
    )
    announce(Announcement("trigger.fired", row, firing.fired_at, None, change))
    return row


def _open_rollback(
    change: ChangeRequest | None, deployment: Deployment, firing: Fired, at: datetime
) -> None:
    if not open_halt(deployment):
        keep_halt(deployment, firing.sentence, at, None)
    rollback = Rollback.objects.create(
        deployment=deployment,
        trigger=firing.trigger,
        reason=firing.sentence,
        observed=firing.observed,
        started_at=at,
    )
    announce(Announcement("rollback.opened", rollback, at, None, change))
    ask_executor(rollback, at)
