"""Sources that said nothing: repositories without a deployment source, and days without news."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Silence:
    """`what` is "deployments" where no source reports them, else "news": nothing at all came from
    `first_day` to `last_day`, both included, in the reporting time zone.
    """

    repository: str
    what: str
    first_day: date | None = None
    last_day: date | None = None

    @property
    def days(self) -> int:
        if self.first_day is None or self.last_day is None:
            return 0
        return (self.last_day - self.first_day).days + 1

    @property
    def span(self) -> str:
        """The days in words; empty where no source reports at all."""
        if self.days == 0:
            return ""
        if self.days == 1:
            return f"{self.first_day}"
        return f"{self.first_day} to {self.last_day} ({self.days} days)"

    @property
    def short_span(self) -> str:
        """The same without the year, for lists of one quarter: `30 Jul to 2 Aug`."""
        if self.first_day is None or self.last_day is None:
            return ""
        first, last = (f"{day.day} {day:%b}" for day in (self.first_day, self.last_day))
        if self.first_day.month == self.last_day.month:
            first = str(self.first_day.day)
        return last if self.days == 1 else f"{first} to {last}"

    @property
    def sentence(self) -> str:
        if self.days == 0:
            return f"{self.repository}: no source reports deployments to production."
        return f"{self.repository}: no news {'on' if self.days == 1 else 'from'} {self.span}."


def silent_spans(
    repository: str, first_day: date, end: date, news: Collection[date]
) -> Iterator[Silence]:
    """Unbroken spans of days without news, from `first_day` on and before `end`."""
    begun: date | None = None
    day = first_day
    while day < end:
        if day in news:
            if begun:
                yield Silence(repository, "news", begun, day - timedelta(days=1))
            begun = None
        elif begun is None:
            begun = day
        day += timedelta(days=1)
    if begun:
        yield Silence(repository, "news", begun, end - timedelta(days=1))
