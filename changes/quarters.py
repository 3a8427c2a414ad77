"""Quarters: half-open spans of time in the organisation's reporting time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1970, 2999
_PATTERN = re.compile(r"(\d{4})Q([1-4])", re.ASCII)


class QuarterError(ValueError):
    """The text names no quarter."""


@dataclass(frozen=True, order=True)
class Quarter:
    """`start` is in the quarter, `end` is not; both are instants in UTC."""

    year: int
    number: int
    time_zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def start(self) -> datetime:
        return _first_instant(self.year, 3 * self.number - 2, self.time_zone)

    @property
    def end(self) -> datetime:
        return self.next.start

    @property
    def next(self) -> "Quarter":
        year, number = (self.year + 1, 1) if self.number == 4 else (self.year, self.number + 1)
        return Quarter(year, number, self.time_zone)

    @property
    def previous(self) -> "Quarter":
        year, number = (self.year - 1, 4) if self.number == 1 else (self.year, self.number - 1)
        return Quarter(year, number, self.time_zone)

    def contains(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def is_open(self, now: datetime) -> bool:
        return now < self.end


def parse_quarter(text: str, time_zone: str = "UTC") -> Quarter:
    """Read `2026Q3`. Raises QuarterError with a sentence for anything else."""
    match = _PATTERN.fullmatch(text)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise QuarterError(
            f"'{text[:40]}' is not a quarter: expected a year, Q and 1 to 4, such as 2026Q3."
        )
    return Quarter(int(match[1]), int(match[2]), time_zone)


def quarter_of(at: datetime, time_zone: str = "UTC") -> Quarter:
    return quarter_on(at.astimezone(ZoneInfo(time_zone)).date(), time_zone)


def quarter_on(day: date, time_zone: str = "UTC") -> Quarter:
    """The quarter of a day of that zone's calendar."""
    return Quarter(day.year, (day.month + 2) // 3, time_zone)


def _first_instant(year: int, month: int, time_zone: str) -> datetime:
    return datetime(year, month, 1, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
