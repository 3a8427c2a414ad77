from datetime import date

import pytest

from changes.rules.reviews import review_due_on


@pytest.mark.parametrize(
    ("incident", "days", "due"),
    [
        (date(2026, 7, 16), 5, date(2026, 7, 23)),
        (date(2026, 8, 8), 5, date(2026, 8, 14)),
        (date(2026, 7, 17), 0, date(2026, 7, 17)),
    ],
    ids=["Thursday and five days", "Saturday counts from Monday", "the same day"],
)
def test_review_due_on_counts_working_days(incident: date, days: int, due: date) -> None:
    assert review_due_on(incident, days) == due
