"""The access log's part for what was refused: who asked for what, when, and why not."""

from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Person, RefusedAction

WHAT_MAXIMUM = 200


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
        what=what[:WHAT_MAXIMUM],
        status=status,
        sentence=sentence,
        refused_at=at,
    )
    announce(Announcement("action.refused", row, at, person, change))
    return row
