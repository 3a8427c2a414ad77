"""When the made changes happen: on working days, inside the window, outside of freezes."""

from datetime import date, datetime, time, timedelta
from random import Random

from changes.sample.reading import ZONE

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 16)
HOLIDAYS = {date(2026, 7, 3), date(2026, 9, 7)}
FROZEN = {date(2026, 8, 17), date(2026, 8, 18), date(2026, 8, 19)}
FRIDAY = 4


def working_days() -> list[date]:
    """Those on which a request may be drafted."""
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return [day for day in days if is_working_day(day)]


def is_working_day(day: date) -> bool:
    return day.weekday() <= FRIDAY and day not in HOLIDAYS


def may_deploy(day: date) -> bool:
    return is_working_day(day) and day.weekday() < FRIDAY and day not in FROZEN


def next_working_day(day: date, count: int = 1) -> date:
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


def deployment_day(day: date) -> date:
    """That day, or the next on which the window opens."""
    while not may_deploy(day):
        day += timedelta(days=1)
    return day


def between(random: Random, day: date, earliest: str, latest: str) -> datetime:
    """A minute of that day, Los Angeles time."""
    begin, end = (datetime.combine(day, time.fromisoformat(at), ZONE) for at in (earliest, latest))
    return begin + timedelta(minutes=random.randint(0, int((end - begin).total_seconds() // 60)))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
