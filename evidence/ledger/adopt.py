"""What was there before the log was: rows of migrations, which no person made."""

from collections.abc import Iterator
from datetime import datetime

from django.db import models

from changes.announcements import Announcement
from changes.models import ChangeRequest
from evidence.ledger.append import BATCH, append_events
from evidence.ledger.coverage import covered_models
from evidence.ledger.records import record_name
from evidence.models import Event
from evidence.vocabulary import ADOPTED


def adopt_unrecorded(at: datetime) -> None:
    """An event for each record without one, before the first leaf: from then on there is none."""
    for model in covered_models():
        for rows in _in_batches(model):
            named = {record_name(row): row for row in rows}
            known = Event.objects.filter(record__in=list(named))
            for name in known.values_list("record", flat=True):
                named.pop(name, None)
            append_events([_adopted(row, at) for row in named.values()])


def _adopted(row: models.Model, at: datetime) -> Announcement:
    change = row if isinstance(row, ChangeRequest) else getattr(row, "change", None)
    return Announcement(ADOPTED, row, at, change=change, is_late=True)


def _in_batches(model: type[models.Model]) -> Iterator[list[models.Model]]:
    rows = model._meta.base_manager.order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])
