"""Asking the deployment system to roll back: a signed webhook, a job of its own.

docs/rollback-executor.md has the format. The row comes first; whoever sends it may be ended
half-way, and another takes it up when it is due again.
"""

import json
import logging
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import F

from changes import clock
from changes.announcements import Announcement, announce
from changes.models import Organisation, Rollback, RollbackCall
from changes.vocabulary import CallState, DeploymentOutcome
from changes.workflow.rollbacks import record_rollback
from changes.workflow.rollout_steps import held
from changes.workflow.sending import signature_of

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10
ATTEMPTS = 8
# Longer than a try lasts; each further pause is twice as long: 42 minutes in all.
FIRST_WAIT_SECONDS = 20
ANSWER_KEPT = 4_000
ROLLED_BACK = "rolled_back"


def ask_executor(rollback: Rollback, at: datetime) -> RollbackCall | None:
    """A job, where an executor is configured. The sample organisation calls nobody."""
    is_configured = settings.ROLLBACK_EXECUTOR_URL and settings.ROLLBACK_EXECUTOR_SECRET
    if not is_configured or Organisation.objects.filter(is_sample=True).exists():
        return None
    call = RollbackCall.objects.create(
        rollback=rollback, body=_body(rollback), asked_at=at, due_at=at
    )
    announce(Announcement("rollback.asked", call, at, None, rollback.deployment.change))
    return call


def due_calls() -> list[int]:
    calls = RollbackCall.objects.filter(state=CallState.QUEUED, due_at__lte=clock.now())
    return list(calls.values_list("pk", flat=True))


def send_call(call_pk: int) -> RollbackCall | None:
    """One try, if it is due and this process is the one that makes it."""
    call = _claimed(call_pk)
    if call is None:
        return None
    try:
        answer = httpx.post(
            settings.ROLLBACK_EXECUTOR_URL,
            content=call.body.encode(),
            headers=_headers(call, clock.now()),
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
        )
    except httpx.HTTPError as error:
        logger.warning("The rollback executor did not answer: %s", type(error).__name__)
        return _keep(call_pk, None, f"No answer: {type(error).__name__}.")
    return _keep(call_pk, answer.status_code, answer.text[:ANSWER_KEPT].replace("\x00", ""))


def _claimed(call_pk: int) -> RollbackCall | None:
    """Due again after a while, so that a try that was cut off is made good."""
    now = clock.now()
    call = RollbackCall.objects.filter(pk=call_pk, state=CallState.QUEUED, due_at__lte=now).first()
    if call is None:
        return None
    wait = FIRST_WAIT_SECONDS * 2**call.attempts
    mine = RollbackCall.objects.filter(pk=call_pk, due_at=call.due_at, attempts=call.attempts)
    if not mine.update(attempts=F("attempts") + 1, due_at=now + timedelta(seconds=wait)):
        return None
    call.refresh_from_db()
    return call


@transaction.atomic
def _keep(call_pk: int, status: int | None, answer: str) -> RollbackCall:
    call = RollbackCall.objects.select_for_update().get(pk=call_pk)
    at, change = clock.now(), call.rollback.deployment.change
    has_worked = status is not None and status < httpx.codes.MULTIPLE_CHOICES
    call.status, call.answer = status, answer
    if has_worked:
        call.state, call.answered_at = CallState.ANSWERED, at
    elif call.attempts >= ATTEMPTS:
        call.state = CallState.GIVEN_UP
    call.save()
    if call.state != CallState.QUEUED:
        announce(Announcement(f"rollback.{call.state}", call, at, None, change))
    if has_worked and _says_done(answer):
        _finish(call.rollback, at)
    return call


def _finish(rollback: Rollback, at: datetime) -> None:
    change, deployment = held(rollback.deployment)
    if deployment.outcome == DeploymentOutcome.RUNNING:
        record_rollback(change, deployment, at, "The deployment system rolled it back.")


def _says_done(answer: str) -> bool:
    try:
        said = json.loads(answer)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("status") == ROLLED_BACK


def _headers(call: RollbackCall, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    said = f"{timestamp}.{call.body}".encode()  # the time as well, so that none is sent again
    return {
        "Content-Type": "application/json",
        "User-Agent": "ORCA-change-evidence",
        "X-Orca-Delivery": f"rollback-{call.rollback_id}",
        "X-Orca-Timestamp": timestamp,
        "X-Orca-Signature": signature_of(said, settings.ROLLBACK_EXECUTOR_SECRET),
    }


def _body(rollback: Rollback) -> str:
    deployment = rollback.deployment
    said = {
        "action": "roll_back",
        "rollback": rollback.pk,
        "change": deployment.change.key if deployment.change else None,
        "repository": deployment.repository.name if deployment.repository else None,
        "environment": deployment.environment,
        "revision": deployment.revision,
        "deployment": deployment.external_id or None,
        "trigger": rollback.trigger,
        "reason": rollback.reason,
        "started_at": rollback.started_at.isoformat(),
    }
    return json.dumps(said, sort_keys=True)
