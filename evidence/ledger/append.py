"""Storing what was announced, in the transaction that announced it."""

from collections.abc import Iterable

from changes import clock
from changes.announcements import Announcement
from changes.models import Organisation
from evidence.ledger.canonical import canonical, utc_text
from evidence.ledger.event_ids import next_event_id
from evidence.ledger.records import plain, record_digest, record_name
from evidence.models import Event

FORMAT_VERSION = 1


def append_events(announcements: Iterable[Announcement]) -> None:
    origin = Organisation.objects.values_list("log_origin", flat=True).get()
    Event.objects.bulk_create(
        [_event(announcement, origin) for announcement in announcements], batch_size=500
    )


def _event(announcement: Announcement, origin: str) -> Event:
    event = Event(
        id=next_event_id(),
        type=announcement.type,
        change_number=announcement.change.number if announcement.change else None,
        record=record_name(announcement.record),
        record_sha256=record_digest(announcement.record),
        actor=f"person:{announcement.actor.pk}" if announcement.actor else "",
        occurred_at=announcement.occurred_at,
        received_at=clock.now(),
        is_late=announcement.is_late,
    )
    event.canonical = canonical(
        {
            "v": FORMAT_VERSION,
            "origin": origin,
            "id": str(event.id),
            "type": event.type,
            "change": announcement.change.key if announcement.change else None,
            "record": event.record,
            "record_sha256": event.record_sha256,
            "actor": event.actor,
            "occurred_at": utc_text(event.occurred_at),
            "received_at": utc_text(event.received_at),
            "late": event.is_late,
            "details": plain(announcement.details),
        }
    )
    return event
