"""Exceptions that are about the quarter as a whole, not about one change."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from changes.vocabulary import Category
from evidence.packages.collect import Setting
from evidence.packages.plain import exact
from evidence.packages.policy_words import figure

Facts = dict[str, Any]


def quarter_exceptions(setting: Setting, scope: Facts, counts: Facts) -> Iterator[Facts]:
    was_due = not setting.is_interim and not scope["is_before_first_policy"]
    if was_due and scope["policy_review"] is None:
        yield _row(setting, f"No signed review of the policy in {setting.quarter}.")
    yield from _too_many_emergencies(setting, scope, counts)


def _too_many_emergencies(setting: Setting, scope: Facts, counts: Facts) -> Iterator[Facts]:
    limit = Decimal(scope["policies"][-1]["emergency_share_maximum_percent"])
    emergencies, changes = counts["category"][Category.EMERGENCY], counts["changes"]
    if emergencies * 100 > limit * changes:
        sentence = f"{emergencies} of {changes} changes were emergencies, more than"
        yield _row(setting, f"{sentence} {figure(limit)} %.")


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
