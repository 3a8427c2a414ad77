"""Halting a rollout, and resuming it."""

from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Deployment, Person, Rollback, RolloutHalt
from changes.states import Action
from changes.vocabulary import DeploymentOutcome
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.rollout_steps import begin_step, open_halt


@transaction.atomic
def halt_rollout(
    *, deployment: Deployment, actor: Person, at: datetime, reason: str
) -> RolloutHalt:
    """The running stage stays where it is; nothing advances until somebody resumes it."""
    change, deployment = begin_step(deployment, Action.HALT, actor, at)
    if not reason.strip():
        raise Invalid({"reason": "Say why it is halted."})
    if open_halt(deployment):
        raise NotNow(f"The rollout of {change.key} is halted already.")
    return keep_halt(deployment, reason, at, actor)


@transaction.atomic
def resume_rollout(*, deployment: Deployment, actor: Person, at: datetime) -> RolloutHalt:
    """Refused while a rollback is open: what a trigger opened is carried through."""
    change, deployment = begin_step(deployment, Action.RESUME, actor, at)
    halt = open_halt(deployment)
    if halt is None:
        raise NotNow(f"The rollout of {change.key} is not halted.")
    refusal = why_halted(change, Action.RESUME)
    if refusal:
        raise NotNow(refusal)
    if at < halt.halted_at:
        raise Invalid({"at": f"{at.isoformat()} is before the rollout was halted."})
    halt.resumed_by, halt.resumed_at = actor, at
    halt.save()
    announce(Announcement("rollout.resumed", halt, at, actor, change))
    return halt


def why_halted(change: ChangeRequest, action: Action) -> str | None:
    """Why a halted rollout does not go on, or is not resumed; None where nothing is halted."""
    halts = RolloutHalt.objects.filter(deployment__change=change, resumed_at__isnull=True)
    halt = halts.filter(deployment__outcome=DeploymentOutcome.RUNNING).first()
    if halt is None:
        return None
    if action is not Action.RESUME:
        return f"The rollout of {change.key} is halted: resume it or roll it back."
    opened = Rollback.objects.filter(deployment=halt.deployment, finished_at__isnull=True)
    if opened.exists():
        return f"A trigger fired on {change.key}: roll it back, it is not resumed."
    return None


def keep_halt(
    deployment: Deployment, reason: str, at: datetime, actor: Person | None
) -> RolloutHalt:
    """By a person, or by a trigger that fired."""
    halt = RolloutHalt.objects.create(
        deployment=deployment, reason=reason, halted_by=actor, halted_at=at
    )
    announce(Announcement("rollout.halted", halt, at, actor, deployment.change))
    return halt
