"""The access log's part for what was refused: who asked for what, when, and why not."""

from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Person, RefusedAction

WHAT_MAXIMUM, SENTENCE_MAXIMUM = 200, 2000


@transaction.atomic
def record_refused_action(
    *,
    person: Person | None,
    what: str,
    status: int,
    sentence: str,
    at: datetime,
    change: ChangeRequest | None = None,
) -> RefusedAction:
    """Call it after the refusal has undone its transaction: this row is all that stays."""
    row = RefusedAction.objects.create(
        person=person,
        change=change,
        what=_plain(what, WHAT_MAXIMUM),
        status=status,
        sentence=_plain(sentence, SENTENCE_MAXIMUM),
        refused_at=at,
    )
    announce(Announcement("action.refused", row, at, person, change))
    return row


def _plain(text: str, maximum: int) -> str:
    """What a column of text can hold, and a page can show."""
    return text.replace("\x00", "\ufffd")[:maximum]
