"""Hears what the workflow announces, and queues the messages that follow from it."""

from typing import Any

from django.conf import settings

from changes import clock
from changes.announcements import Announcement
from changes.queries.notices import notices_of
from changes.workflow.notifications import queue_notices


def queue_notifications(*, announcements: list[Announcement], **_: Any) -> None:
    """In the transaction of what happened: what is undone tells nobody."""
    if settings.NOTIFY_BY_EMAIL or settings.NOTIFY_WEBHOOK_URL:
        queue_notices(notices_of(announcements), clock.now())
