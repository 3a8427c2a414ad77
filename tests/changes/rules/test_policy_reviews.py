from datetime import UTC, datetime, timedelta

import pytest

from changes.quarters import Quarter
from changes.rules.policy_reviews import SignedReview, policy_reviewed_in_quarter
from changes.vocabulary import Verdict

QUARTER = Quarter(2026, 3)
LAST = QUARTER.end - timedelta(seconds=1)
WITHIN = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("signed_at", "as_of", "verdict"),
    [
        pytest.param(None, LAST, Verdict.WAITING, id="waits until the last second"),
        pytest.param(None, QUARTER.end, Verdict.FAILED, id="fails when the quarter is over"),
        pytest.param(LAST, QUARTER.end, Verdict.PASSED, id="signed in the last second"),
        pytest.param(QUARTER.end, QUARTER.end, Verdict.FAILED, id="signed late"),
        pytest.param(WITHIN, WITHIN, Verdict.PASSED, id="signed early"),
    ],
)
def test_policy_is_reviewed_in_its_quarter(
    signed_at: datetime | None, as_of: datetime, verdict: Verdict
) -> None:
    review = SignedReview("Priya", signed_at) if signed_at else None
    assert policy_reviewed_in_quarter(QUARTER, review, as_of).verdict is verdict


def test_late_review_says_who_and_when() -> None:
    finding = policy_reviewed_in_quarter(QUARTER, SignedReview("Priya", QUARTER.end), QUARTER.end)
    assert finding.sentence == "Priya signed the review of 2026Q3 late, on 2026-10-01."
