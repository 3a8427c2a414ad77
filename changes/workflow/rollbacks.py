"""Rolling back."""

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
) -> Rollback:
    """Halts the running stage, records why, and opens the post-mortem."""
    change, deployment = begin_step(deployment, Action.ROLL_BACK, actor, at)
    if not reason.strip():
        raise Invalid({"reason": "Say why it is rolled back."})
    return record_rollback(
        change, deployment, at, reason, actor=actor, trigger=trigger, observed=observed
    )


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
    rollback = Rollback.objects.create(
        deployment=deployment,
        trigger=trigger,
        reason=reason,
        observed=observed or {},
        started_by=actor,
        started_at=at,
        finished_at=at,
    )
    announce(Announcement("rollback.done", rollback, at, actor, change))
    open_post_mortem(change, f"Rolled back ({label(trigger)}): {reason}", at, actor)
    if change and is_latest(change, deployment) and change.state in STEPS[Action.ROLL_BACK].start:
        enter(change, Action.ROLL_BACK)
        save(change, Action.ROLL_BACK, actor, at, trigger=trigger.value)
    return rollback
