from datetime import UTC, date, datetime

import pytest
from pytest_django.fixtures import Settings

from changes.queries.policies import reporting_date, version_in_force, version_on
from changes.vocabulary import PolicyState
from tests.factories.policy import PolicyVersionFactory, version_1

pytestmark = pytest.mark.django_db


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 7, 31), "1.0", id="the day before"),
        pytest.param(date(2026, 8, 1), "1.1", id="its first day"),
        pytest.param(date(2026, 8, 31), "1.1", id="the last day before the next"),
        pytest.param(date(2026, 9, 1), "1.2", id="the next one's first day"),
    ],
)
def test_version_in_force_changes_on_its_day(day: date, expected: str) -> None:
    PolicyVersionFactory.create(version="1.2", effective_on=date(2026, 9, 1))
    PolicyVersionFactory.create(version="1.1", effective_on=date(2026, 8, 1))

    assert version_in_force(noon(day)).version == expected


def test_version_that_is_only_proposed_is_not_in_force() -> None:
    PolicyVersionFactory.create(
        effective_on=date(2026, 8, 1), state=PolicyState.PROPOSED, approved_at=None
    )

    assert version_in_force(noon(date(2026, 9, 1))) == version_1()


def test_version_before_the_first_is_the_first() -> None:
    assert version_on(date(1999, 1, 1), [version_1()]) == version_1()


def test_version_changes_at_midnight_of_the_reporting_time_zone(settings: Settings) -> None:
    settings.REPORTING_TIME_ZONE = "America/Los_Angeles"

    moments = (datetime(2026, 8, 1, 6, 59, tzinfo=UTC), datetime(2026, 8, 1, 7, tzinfo=UTC))

    assert [reporting_date(at) for at in moments] == [date(2026, 7, 31), date(2026, 8, 1)]
