"""Reviews after the fact: when a post-incident review is due."""

from datetime import date, timedelta

FRIDAY = 5


def review_due_on(incident_on: date, working_days: int) -> date:
    """The last day in time: so many working days, Monday to Friday, after the incident's day."""
    day, left = incident_on, working_days
    while left > 0:
        day += timedelta(days=1)
        left -= day.isoweekday() <= FRIDAY
    return day
