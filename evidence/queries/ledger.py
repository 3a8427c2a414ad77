"""What pages show of the ledger."""

from dataclasses import dataclass

from changes.models import ChangeRequest
from evidence.models import Checkpoint, Erasure, Event, Leaf, LedgerCheck, LogKey

SHOWN = 30


@dataclass(frozen=True)
class LedgerState:
    """How far the log has come, and what was found when it was checked last."""

    sealed: int
    waiting: int
    checkpoint: Checkpoint | None
    check: LedgerCheck | None
    keys: list[LogKey]

    @property
    def unsigned(self) -> int:
        return self.sealed - (self.checkpoint.size if self.checkpoint else 0)


def ledger_state() -> LedgerState:
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    sealed = 0 if last is None else last + 1
    return LedgerState(
        sealed=sealed,
        waiting=max(Event.objects.count() - sealed, 0),
        checkpoint=Checkpoint.objects.select_related("time_stamp").order_by("size", "pk").last(),
        check=last_check(),
        keys=list(LogKey.objects.order_by("-pk")),
    )


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
