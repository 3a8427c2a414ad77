"""Exceptions that are about the quarter as a whole, not about one change."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from changes.rules.emergency_share import emergency_share_within_maximum
from changes.rules.findings import Finding
from changes.rules.policy_reviews import SignedReview, policy_reviewed_in_quarter
from changes.vocabulary import Category
from evidence.packages.collect import Setting
from evidence.packages.plain import exact

Facts = dict[str, Any]


def quarter_exceptions(setting: Setting, scope: Facts, counts: Facts) -> Iterator[Facts]:
    was_due = not setting.is_interim and not scope["is_before_first_policy"]
    review = _policy_review(setting, scope["policy_review"])
    if was_due and review.is_open:
        yield _row(setting, review.sentence)
    yield from _too_many_emergencies(setting, scope, counts)


def _policy_review(setting: Setting, review: Facts | None) -> Finding:
    signed = None
    if review:
        at = datetime.fromisoformat(review["reviewed_at"])
        signed = SignedReview(review["reviewed_by"], at)
    return policy_reviewed_in_quarter(setting.quarter, signed, setting.quarter.end)


def _too_many_emergencies(setting: Setting, scope: Facts, counts: Facts) -> Iterator[Facts]:
    finding = emergency_share_within_maximum(
        counts["category"][Category.EMERGENCY],
        counts["changes"],
        Decimal(scope["policies"][-1]["emergency_share_maximum_percent"]),
    )
    if finding.is_open:
        yield _row(setting, finding.sentence)


def _row(setting: Setting, sentence: str) -> Facts:
    return {
        "kind": "quarter",
        "key": "",
        "attribute": "",
        "repository": "",
        "revision": "",
        "at": exact(setting.quarter.end),
        "person": "",
        "text": "",
        "sentence": sentence,
    }
