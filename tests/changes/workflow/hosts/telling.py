"""What several hosts tell, one event after the other."""

from django.db import transaction

from changes import clock
from changes.intake.hosts import PROVIDERS
from changes.workflow.hosts import record_notices
from tests.changes.workflow.hosts.session import Event

# By whom, and what.
Told = tuple[str, Event]


def tell(events: list[Told]) -> None:
    for source, (event, payload) in events:
        notices = PROVIDERS[source].read(event, payload) or []
        with transaction.atomic():
            record_notices(notices, received_at=clock.now())
