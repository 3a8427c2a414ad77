"""What pages show of the ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from changes import clock
from changes.models import ChangeRequest
from evidence.models import Checkpoint, Erasure, Event, Leaf, LedgerCheck, LogKey, WaitingEvent

SHOWN = 30
# The newest checkpoint is stamped every hour: after two, an hour's attempt has failed.
STAMPED_WITHIN = timedelta(hours=2)


@dataclass(frozen=True)
class LedgerState:
    """How far the log has come, and what was found when it was checked last."""

    sealed: int
    waiting: int
    checkpoint: Checkpoint | None
    check: LedgerCheck | None
    keys: list[LogKey]
    has_authority: bool = False
    overdue_since: datetime | None = None

    @property
    def unsigned(self) -> int:
        return self.sealed - (self.checkpoint.size if self.checkpoint else 0)


def ledger_state() -> LedgerState:
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    sealed = 0 if last is None else last + 1
    return LedgerState(
        sealed=sealed,
        waiting=WaitingEvent.objects.count(),
        checkpoint=Checkpoint.objects.select_related("time_stamp").order_by("size", "pk").last(),
        check=last_check(),
        keys=list(LogKey.objects.select_related("retirement").order_by("-pk")),
        has_authority=bool(settings.TIME_STAMP_URL),
        overdue_since=_overdue_since(),
    )


def _overdue_since() -> datetime | None:
    """When that was signed which should be time-stamped by now, itself or by what continues it."""
    if not settings.TIME_STAMP_URL:
        return None
    stamped = Checkpoint.objects.filter(time_stamp__isnull=False).order_by("-size", "-pk").first()
    waiting = Checkpoint.objects.filter(size__gt=stamped.size if stamped else 0)
    first = waiting.order_by("issued_at").first()
    is_overdue = first is not None and first.issued_at < clock.now() - STAMPED_WITHIN
    return first.issued_at if first and is_overdue else None


def last_check() -> LedgerCheck | None:
    return LedgerCheck.objects.order_by("finished_at", "pk").last()


def alarm() -> LedgerCheck | None:
    """The last check, where it found a difference: until it is explained nothing is compiled."""
    check = last_check()
    return check if check and check.found else None


def newest_events() -> list[Event]:
    """The last ones received, newest first."""
    rows = Event.objects.select_related("leaf").order_by("-received_at", "-id").defer("canonical")
    return list(rows[:SHOWN])


def last_leaf(change: ChangeRequest) -> Leaf | None:
    """The entry of the change's last sealed event."""
    return Leaf.objects.filter(event__change_number=change.number).order_by("-index").first()


def covering_checkpoint(index: int) -> Checkpoint | None:
    """The newest checkpoint, if it covers the entry."""
    newest = Checkpoint.objects.order_by("size", "pk").last()
    return newest if newest and newest.size > index else None


def open_erasures() -> list[Erasure]:
    return list(Erasure.objects.filter(done_at__isnull=True).select_related("asked_by"))
