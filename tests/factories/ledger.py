from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from evidence.models import Checkpoint, Erasure, Event, KeyRetirement, LogKey, WaitingEvent
from tests.factories.people import PersonFactory
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


class WaitingEventFactory(DjangoModelFactory[WaitingEvent]):
    """Notes of events are made by the database."""

    class Meta:
        model = WaitingEvent
        django_get_or_create = ("event",)

    event = SubFactory(EventFactory)
    received_at = DRAFTED


class LogKeyFactory(DjangoModelFactory[LogKey]):
    class Meta:
        model = LogKey

    vkey = Sequence(lambda n: f"orca.example/log+{n:08x}+key")
    made_at = DRAFTED


class KeyRetirementFactory(DjangoModelFactory[KeyRetirement]):
    class Meta:
        model = KeyRetirement

    key = SubFactory(LogKeyFactory)
    reason = "Its year is over"
    retired_at = DRAFTED


class CheckpointFactory(DjangoModelFactory[Checkpoint]):
    class Meta:
        model = Checkpoint

    size = 1
    root = b"r" * 32
    note = "orca.example/log"
    key = SubFactory(LogKeyFactory)
    issued_at = DRAFTED


class ErasureFactory(DjangoModelFactory[Erasure]):
    class Meta:
        model = Erasure

    record = "changerequest:1"
    field = "description"
    legal_basis = "request"
    asked_by = SubFactory(PersonFactory)
    asked_at = DRAFTED
