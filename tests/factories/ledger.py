from factory.django import DjangoModelFactory

from evidence.models import Event
from tests.factories.times import DRAFTED


class EventFactory(DjangoModelFactory[Event]):
    class Meta:
        model = Event

    type = "change.draft"
    record = "changerequest:1"
    record_sha256 = "e" * 64
    occurred_at = DRAFTED
    received_at = DRAFTED
    canonical = b"{}"
