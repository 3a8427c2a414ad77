"""Telling others what happened, inside the transaction that made it happen.

`changes` knows no listener. A listener that fails undoes the change, because the
signal is sent with `send`, within the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.dispatch import Signal

from changes.models import ChangeRequest, Person

happened = Signal()


@dataclass(frozen=True)
class Announcement:
    """`record` is the row that says it; `occurred_at` when it is said to have happened.

    `change` is the request that it belongs to, if any; `actor` who did it, None for the
    portal itself; `is_late` marks what was recorded after the fact, such as an import.
    """

    type: str
    record: models.Model
    occurred_at: datetime
    actor: Person | None = None
    change: ChangeRequest | None = None
    is_late: bool = False
    details: dict[str, Any] = field(default_factory=dict)


def announce(*announcements: Announcement) -> None:
    announce_all(announcements)


def announce_all(announcements: Iterable[Announcement]) -> None:
    """Send them on in one signal. Refused outside a transaction: a record and its event
    are written together or not at all.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Announce inside the transaction that changes the record.")
    happened.send(sender=Announcement, announcements=list(announcements))
