"""Messages to people: a row first, then sent at most once each."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from changes.models import Notification, Organisation, Person
from changes.queries.notices import Notice, overdue_notices
from changes.roles import Act
from changes.vocabulary import Channel, NotificationState
from changes.workflow.refusals import NotNow
from changes.workflow.sending import Answer, Outcome, send
from changes.workflow.steps import check_may

logger = logging.getLogger(__name__)

# How long to wait after each refusal; after the last one it has failed.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
# Who began to send and says nothing for so long is gone: nobody knows whether it arrived.
SILENCE = timedelta(minutes=10)
BATCH = 100


def queue_notices(notices: Iterable[Notice], at: datetime) -> int:
    """Keep what is not kept yet. A sample organisation, where nobody is real, writes to nobody."""
    rows = [row for notice in notices for row in _rows(notice, at)]
    if not rows or Organisation.objects.get().is_sample:
        return 0
    known = set(
        Notification.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
    )
    new = [row for row in rows if row.key not in known]
    Notification.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def queue_overdue(at: datetime) -> int:
    with transaction.atomic():
        return queue_notices(overdue_notices(at), at)


def send_due(at: datetime) -> int:
    """Send what is due. Of several workers one wins each row; returns how many were tried."""
    _give_up_on_the_silent(at)
    due = Notification.objects.filter(state=NotificationState.QUEUED, next_attempt_at__lte=at)
    tried = 0
    for key in list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:BATCH]):
        if _claim(key, at):
            tried += 1
            _finish(key, send(_with_people(key)), at)
    return tried


def retry_notification(*, notification: Notification, actor: Person, at: datetime) -> None:
    """Only what surely was not taken: where nobody knows, a second one might be one too many."""
    check_may(actor, Act.RETRY_MESSAGE)
    failed = Notification.objects.filter(pk=notification.pk, state=NotificationState.FAILED)
    if not failed.update(state=NotificationState.QUEUED, attempts=0, next_attempt_at=at):
        notification.refresh_from_db()
        raise NotNow(f"The message is {notification.state}: only one that failed is sent again.")


def _rows(notice: Notice, at: datetime) -> list[Notification]:
    rows = []
    if settings.NOTIFY_WEBHOOK_URL:
        rows.append(_row(notice, Channel.WEBHOOK, "all", at))
    if settings.NOTIFY_BY_EMAIL:
        for person in notice.people:
            if person.email:
                row = _row(notice, Channel.EMAIL, str(person.pk), at)
                row.recipient = person
                rows.append(row)
    return rows


def _row(notice: Notice, channel: Channel, to: str, at: datetime) -> Notification:
    return Notification(
        key=f"{notice.key}:{channel}:{to}",
        channel=channel,
        occasion=notice.occasion,
        change=notice.change,
        text=notice.text,
        path=notice.path,
        queued_at=at,
        next_attempt_at=at,
    )


def _claim(key: int, at: datetime) -> bool:
    """Committed before anything is sent: whoever dies then leaves a row that says so."""
    queued = Notification.objects.filter(pk=key, state=NotificationState.QUEUED)
    return queued.update(state=NotificationState.SENDING, next_attempt_at=at + SILENCE) == 1


def _with_people(key: int) -> Notification:
    return Notification.objects.select_related("recipient", "change").get(pk=key)


def _finish(key: int, answer: Answer, at: datetime) -> None:
    row = _with_people(key)
    row.attempts += 1
    row.answer = answer.text
    if answer.outcome is Outcome.TAKEN:
        row.state, row.sent_at = NotificationState.SENT, at
    elif answer.outcome is Outcome.UNSURE:
        row.state = NotificationState.UNCONFIRMED
    elif row.attempts > len(BACK_OFF) or answer.outcome is Outcome.FINAL:
        row.state = NotificationState.FAILED
        logger.warning("Notification %s was not taken: %s", row.key, answer.text)
    else:
        row.state = NotificationState.QUEUED
        row.next_attempt_at = at + BACK_OFF[row.attempts - 1]
    row.save()


def _give_up_on_the_silent(at: datetime) -> None:
    silent = Notification.objects.filter(state=NotificationState.SENDING, next_attempt_at__lt=at)
    silent.update(
        state=NotificationState.UNCONFIRMED,
        answer="The worker that sent it ended before it had an answer.",
    )
