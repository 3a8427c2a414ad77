"""Storing what was announced, in the transaction that announced it."""

from collections.abc import Iterable

from changes import clock
from changes.announcements import Announcement
from changes.models import Organisation
from evidence.ledger.canonical import canonical, utc_text
from evidence.ledger.commitments import commit
from evidence.ledger.event_ids import next_event_id
from evidence.ledger.records import (
    Links,
    links_by_name,
    plain,
    private_values,
    record_digest,
    record_name,
)
from evidence.models import Disclosure, Event

FORMAT_VERSION = 1
BATCH = 500


def append_events(announcements: Iterable[Announcement]) -> None:
    announcements = list(announcements)
    origin = Organisation.objects.values_list("log_origin", flat=True).get()
    links = links_by_name(announcement.record for announcement in announcements)
    events, disclosures = [], []
    for announcement in announcements:
        event, disclosure = _event(
            announcement, origin, links.get(record_name(announcement.record))
        )
        events.append(event)
        if disclosure.values:
            disclosures.append(disclosure)
    Event.objects.bulk_create(events, batch_size=BATCH)
    Disclosure.objects.bulk_create(disclosures, batch_size=BATCH)


def _event(
    announcement: Announcement, origin: str, links: Links | None
) -> tuple[Event, Disclosure]:
    event = Event(
        id=next_event_id(),
        type=announcement.type,
        change_number=announcement.change.number if announcement.change else None,
        record=record_name(announcement.record),
        record_sha256=record_digest(announcement.record, links or {}),
        actor=f"person:{announcement.actor.pk}" if announcement.actor else "",
        occurred_at=announcement.occurred_at,
        received_at=clock.now(),
        is_late=announcement.is_late,
    )
    commitments, opened = commit(str(event.id), private_values(announcement.record))
    event.canonical = canonical(
        {
            "v": FORMAT_VERSION,
            "origin": origin,
            "id": str(event.id),
            "type": event.type,
            "change": announcement.change.key if announcement.change else None,
            "record": event.record,
            "record_sha256": event.record_sha256,
            "commitments": commitments,
            "actor": event.actor,
            "occurred_at": utc_text(event.occurred_at),
            "received_at": utc_text(event.received_at),
            "late": event.is_late,
            "details": plain(announcement.details),
        }
    )
    return event, Disclosure(event=event, values=opened)
