from datetime import date

import pytest

from changes.rules.reviews import review_due_on
from changes.rules.working_days import holidays_of


@pytest.mark.parametrize(
    ("incident", "days", "calendar", "due"),
    [
        pytest.param("2026-07-01", 5, "", "2026-07-08", id="weekends only"),
        pytest.param("2026-07-01", 5, "US", "2026-07-09", id="the third of July is observed"),
        pytest.param("2026-09-03", 1, "US", "2026-09-04", id="Friday"),
        pytest.param("2026-09-04", 1, "US", "2026-09-08", id="Labor Day and a weekend"),
        pytest.param("2026-09-04", 1, "DE-BY", "2026-09-07", id="no holiday in Bavaria"),
        pytest.param("2026-01-05", 1, "DE-BY", "2026-01-07", id="Epiphany in Bavaria"),
        pytest.param("2026-01-05", 1, "DE", "2026-01-06", id="none in all of Germany"),
        pytest.param("2026-12-31", 1, "US", "2027-01-04", id="over the year's end"),
        pytest.param("2026-07-01", 0, "US", "2026-07-01", id="on the same day"),
    ],
)
def test_review_is_due_after_working_days(
    incident: str, days: int, calendar: str, due: str
) -> None:
    found = review_due_on(date.fromisoformat(incident), days, holidays_of(calendar))
    assert found == date.fromisoformat(due)


@pytest.mark.parametrize("calendar", ["XX", "US-XX", "us/ca", "-", "United States"])
def test_calendar_that_nobody_knows_is_a_sentence(calendar: str) -> None:
    with pytest.raises(ValueError, match=r"is no calendar of holidays: expected a country"):
        holidays_of(calendar)
