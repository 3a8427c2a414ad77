"""Ids of events that rise in the order in which one process made them (RFC 9562, version 7)."""

import secrets
import threading
import time
import uuid

SUB_MILLISECONDS = 4096

_lock = threading.Lock()
_last = 0


def next_event_id() -> uuid.UUID:
    """A UUIDv7: milliseconds since 1970, twelve bits of what follows them, and 62 random bits.

    Two events of one instant keep their order, also when the clock stands still or steps back.
    """
    global _last  # noqa: PLW0603 - the one thing that ids of a process have in common
    with _lock:
        ticks = max(time.time_ns() * SUB_MILLISECONDS // 1_000_000, _last + 1)
        _last = ticks
    milliseconds, rest = divmod(ticks, SUB_MILLISECONDS)
    head = milliseconds << 16 | 0x7 << 12 | rest
    return uuid.UUID(int=head << 64 | 0b10 << 62 | secrets.randbits(62))
