"""The steps of a rollback by hand: the policy's commands, confirmed with what they put out."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Deployment, Person, Rollback, RollbackStep
from changes.rules.policy import ALWAYS, SCHEMA_CHANGED
from changes.states import Action
from changes.vocabulary import label
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.rollout_steps import begin_step

OUTPUT_MAXIMUM = 20_000
Commands = list[tuple[str, str]]


def commands_for(change: ChangeRequest | None, deployment: Deployment) -> Commands:
    """When and what, in order: of the version that judges the change. What restores the
    database is there only where the schema changed.
    """
    version = (change.policy_version if change else None) or deployment.policy_version
    asked = [ALWAYS, *([SCHEMA_CHANGED] if change and change.changes_schema else [])]
    return [(when, text) for when in asked for text in version.rollback_commands.get(when, [])]


def unconfirmed(change: ChangeRequest) -> list[tuple[int, str]]:
    """Number and command of each step that nobody confirmed yet, of the latest rollback."""
    rollback = _latest(change)
    if rollback is None:
        return []
    done = {step.ordinal for step in rollback.steps.all()}
    commands = enumerate(commands_for(change, rollback.deployment), start=1)
    return [(number, text) for number, (_, text) in commands if number not in done]


@transaction.atomic
def confirm_steps(
    *, request: ChangeRequest, actor: Person, at: datetime, outputs: Mapping[int, str]
) -> list[RollbackStep]:
    """Steps that were carried out, by number from 1, each with what its command put out."""
    rollback = _latest(request)
    if rollback is None:
        raise NotNow(f"{request.key} has no rollback whose steps could be confirmed.")
    change, _ = begin_step(rollback.deployment, Action.CONFIRM_ROLLBACK, actor, at)
    if not outputs:
        raise Invalid({"output_1": "Say of one step at least what it put out."})
    return keep_steps(change, rollback, actor, at, outputs)


def keep_steps(
    change: ChangeRequest,
    rollback: Rollback,
    actor: Person,
    at: datetime,
    outputs: Mapping[int, str],
) -> list[RollbackStep]:
    """With the rollback itself, or later; the row of the change is held."""
    commands = dict(enumerate(commands_for(change, rollback.deployment), start=1))
    steps = []
    for number, output in sorted(outputs.items()):
        if number not in commands:
            raise Invalid({f"output_{number}": f"The runbook has no step {number} for this."})
        if not output.strip() or len(output) > OUTPUT_MAXIMUM:
            raise Invalid({f"output_{number}": "Give what the command put out."})
        if rollback.steps.filter(ordinal=number).exists():
            raise NotNow(f"Step {number} of {change.key} is confirmed already.")
        when, command = commands[number]
        step = RollbackStep.objects.create(
            rollback=rollback,
            ordinal=number,
            title=label(when),
            command=command,
            output=output.replace("\x00", ""),
            confirmed_by=actor,
            confirmed_at=at,
        )
        announce(Announcement("rollback.step_confirmed", step, at, actor, change))
        steps.append(step)
    return steps


def _latest(change: ChangeRequest) -> Rollback | None:
    found = Rollback.objects.filter(deployment__change=change)
    return found.order_by("deployment__started_at", "pk").last()
