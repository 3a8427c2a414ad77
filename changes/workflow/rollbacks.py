"""Rolling back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Deployment, Person, Rollback
from changes.states import STEPS, Action
from changes.vocabulary import DeploymentOutcome, RollbackTrigger, StageResult, label
from changes.workflow.refusals import Invalid
from changes.workflow.rollout_steps import (
    begin_step,
    end_running_stage,
    finish_rollout,
    is_latest,
    open_post_mortem,
)
from changes.workflow.runbooks import keep_steps
from changes.workflow.steps import enter, save


@transaction.atomic
def roll_back(
    *,
    deployment: Deployment,
    actor: Person,
    at: datetime,
    reason: str,
    trigger: RollbackTrigger = RollbackTrigger.MANUAL,
    observed: dict[str, Any] | None = None,
    outputs: Mapping[int, str] | None = None,
) -> Rollback:
    """Halts the running stage, records why, and opens the post-mortem. `outputs` confirms steps
    of the runbook, by number from 1; the others can be confirmed later.
    """
    change, deployment = begin_step(deployment, Action.ROLL_BACK, actor, at)
    if not reason.strip():
        raise Invalid({"reason": "Say why it is rolled back."})
    rollback = record_rollback(
        change, deployment, at, reason, actor=actor, trigger=trigger, observed=observed
    )
    keep_steps(change, rollback, actor, at, outputs or {})
    return rollback


def record_rollback(
    change: ChangeRequest | None,
    deployment: Deployment,
    at: datetime,
    reason: str,
    *,
    actor: Person | None = None,
    trigger: RollbackTrigger = RollbackTrigger.MANUAL,
    observed: dict[str, Any] | None = None,
) -> Rollback:
    """What a rollback leaves, asked for or reported; both rows are held. The state of the change
    follows only where this is its latest deployment.
    """
    end_running_stage(deployment, actor, at, StageResult.HALTED)
    finish_rollout(deployment, DeploymentOutcome.ROLLED_BACK, at)
    announce(Announcement("deployment.rolled_back", deployment, at, actor, change))
    rollback = _rollback(deployment, at, reason, actor=actor, trigger=trigger, observed=observed)
    trigger = RollbackTrigger(rollback.trigger)
    announce(Announcement("rollback.done", rollback, at, actor, change))
    open_post_mortem(change, f"Rolled back ({label(trigger)}): {reason}", at, actor)
    if change and is_latest(change, deployment) and change.state in STEPS[Action.ROLL_BACK].start:
        enter(change, Action.ROLL_BACK)
        save(change, Action.ROLL_BACK, actor, at, trigger=trigger.value)
    return rollback


def _rollback(
    deployment: Deployment,
    at: datetime,
    reason: str,
    *,
    actor: Person | None,
    trigger: RollbackTrigger,
    observed: dict[str, Any] | None,
) -> Rollback:
    """A new one; or the one that a trigger opened, which keeps its trigger and its values."""
    opened = Rollback.objects.filter(deployment=deployment).first()
    if opened is None:
        return Rollback.objects.create(
            deployment=deployment,
            trigger=trigger,
            reason=reason,
            observed=observed or {},
            started_by=actor,
            started_at=at,
            finished_at=at,
        )
    opened.reason = f"{opened.reason} {reason}"
    opened.started_by, opened.finished_at = opened.started_by or actor, max(at, opened.started_at)
    opened.save()
    return opened
