"""Hears what `changes` announces."""

from typing import Any

from changes.announcements import Announcement
from evidence.ledger.append import append_events


def store_events(*, announcements: list[Announcement], **_: Any) -> None:
    append_events(announcements)
