"""The quarterly review of the policy: signed within its quarter, or an exception."""

from dataclasses import dataclass
from datetime import datetime

from changes.quarters import Quarter
from changes.rules.findings import Finding, failed, passed, waiting

RULE = "policy_reviewed_in_quarter"


@dataclass(frozen=True)
class SignedReview:
    signed_by: str
    signed_at: datetime


def policy_reviewed_in_quarter(
    quarter: Quarter, review: SignedReview | None, as_of: datetime
) -> Finding:
    """`as_of` is the moment that is asked about; the quarter's end is the first moment too late."""
    if review is None and quarter.is_open(as_of):
        return waiting(RULE, f"Sign the policy review of {quarter} before the quarter ends.")
    if review is None:
        return failed(RULE, f"No signed review of the policy in {quarter}.")
    if review.signed_at >= quarter.end:
        day = f"{review.signed_at:%Y-%m-%d}"
        return failed(RULE, f"{review.signed_by} signed the review of {quarter} late, on {day}.")
    return passed(RULE, f"{review.signed_by} signed the review of the policy in {quarter}.")
