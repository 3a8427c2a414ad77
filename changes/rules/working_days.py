"""The business calendar: which days are holidays, by the policy's own name for a calendar."""

from collections.abc import Container
from datetime import date
from functools import cache

import holidays

WEEKENDS_ONLY = ""


def holidays_of(calendar: str) -> Container[date]:
    """`US`, or with a region `US-CA`; the empty name has none. Raises ValueError with a sentence
    for a calendar that nobody knows.
    """
    return _calendar(calendar) if calendar else frozenset()


@cache
def _calendar(calendar: str) -> Container[date]:
    country, _, region = calendar.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=region or None)
    except (NotImplementedError, KeyError) as error:
        raise ValueError(
            f"'{calendar[:20]}' is no calendar of holidays: expected a country, or a country and "
            "a region of it, such as US, US-CA or DE-BY. Empty leaves out weekends only."
        ) from error
