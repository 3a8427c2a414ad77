"""Hears what `changes` announces, and that the database was migrated."""

from typing import Any

from django.db import connections

from changes.announcements import Announcement
from evidence.ledger.append import append_events
from evidence.ledger.guards import install_guards


def guard_tables(*, using: str, **_: Any) -> None:
    """After every `migrate`: what it made over has lost its triggers."""
    install_guards(connections[using])


def store_events(*, announcements: list[Announcement], **_: Any) -> None:
    append_events(announcements)
