"""What the proof is made of: events and the log that seals them, and the packages."""

from evidence.models.exceptions import ManagementResponse
from evidence.models.ledger import (
    Checkpoint,
    Disclosure,
    Erasure,
    Event,
    KeyRetirement,
    Leaf,
    LedgerCheck,
    LogKey,
    TimeStamp,
    WaitingEvent,
)
from evidence.models.packages import CompileJob, CompilePart, Package, PackageFiles

__all__ = [
    "Checkpoint",
    "CompileJob",
    "CompilePart",
    "Disclosure",
    "Erasure",
    "Event",
    "KeyRetirement",
    "Leaf",
    "LedgerCheck",
    "LogKey",
    "ManagementResponse",
    "Package",
    "PackageFiles",
    "TimeStamp",
    "WaitingEvent",
]
