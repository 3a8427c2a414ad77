from contextvars import Context
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from changes import clock
from tests.factories.times import NOW

LATER = NOW + timedelta(hours=1)


def test_clock_stands_still_in_tests() -> None:
    assert clock.now() == NOW


def test_clock_may_be_moved_and_goes_back() -> None:
    with clock.simulated(LATER):
        moved = clock.now()

    assert (moved, clock.now()) == (LATER, NOW)


def test_clock_goes_back_after_a_failure() -> None:
    with pytest.raises(KeyError), clock.simulated(LATER):
        raise KeyError

    assert clock.now() == NOW


def test_clock_may_not_be_simulated_where_it_is_not_allowed(settings: Settings) -> None:
    settings.SIMULATED_CLOCK_ALLOWED = False

    with pytest.raises(clock.ClockError, match="ORCA_SIMULATED_CLOCK"), clock.simulated(LATER):
        pass


def test_clock_tells_the_real_time_otherwise() -> None:
    elsewhere = Context()

    before, told, after = datetime.now(UTC), elsewhere.run(clock.now), datetime.now(UTC)

    assert before <= told <= after
