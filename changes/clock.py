"""What time it is. Everything that needs to know asks here, never the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.conf import settings
from django.utils import timezone

_simulated: ContextVar[datetime | None] = ContextVar("simulated", default=None)


class ClockError(RuntimeError):
    """Somebody tried to simulate the clock where that is not allowed."""


def now() -> datetime:
    return _simulated.get() or timezone.now()


@contextmanager
def simulated(at: datetime) -> Iterator[None]:
    """Within the block it is `at`. Refused unless ORCA_SIMULATED_CLOCK is set, as it is
    only for loading the sample organisation and for tests.
    """
    if not settings.SIMULATED_CLOCK_ALLOWED:
        raise ClockError("The clock may not be simulated here: ORCA_SIMULATED_CLOCK is not set.")
    token = _simulated.set(at)
    try:
        yield
    finally:
        _simulated.reset(token)
