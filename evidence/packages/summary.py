"""Counts of a quarter, gathered while its changes pass by one after the other."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from changes.keys import parse_key
from changes.quarters import Quarter
from changes.vocabulary import Category, Origin, State, Verdict
from evidence.packages.plain import instant
from evidence.vocabulary import TESTED

Facts = dict[str, Any]


class Summary:
    """`verdicts` counts by letter and verdict; `weeks` by the week in which a change counts."""

    def __init__(self, quarter: Quarter) -> None:
        self.changes = self.judged_by_later_policy = self.sum_of_numbers = 0
        self.first_key = self.last_key = ""
        self.present = dict.fromkeys(("submitted", "approved", "deployed"), 0)
        self.verdicts = {letter: Counter[str]() for letter in TESTED}
        self.counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("category", "state", "origin")
        }
        self._zone = ZoneInfo(quarter.time_zone)
        self._first_day = quarter.start.astimezone(self._zone).date()
        days = (quarter.end.astimezone(self._zone).date() - self._first_day).days
        self.weeks = [0] * -(-days // 7)

    def add(self, facts: Facts) -> None:
        self.changes += 1
        self.judged_by_later_policy += facts["judged_by_later_policy"]
        self.sum_of_numbers += parse_key(facts["key"]) or 0
        self.first_key, self.last_key = self.first_key or facts["key"], facts["key"]
        for name in self.present:
            self.present[name] += facts[f"{name}_at"] is not None
        for test in facts["tests"]:
            self.verdicts[test["letter"]][test["verdict"]] += 1
        for name, counter in self.counts.items():
            counter[facts[name]] += 1
        self.weeks[self._week(instant(facts["counted_at"]))] += 1

    def _week(self, at: datetime | None) -> int:
        if at is None:  # the population is chosen by this instant
            raise ValueError("A change of the population has no place in time.")
        return (at.astimezone(self._zone).date() - self._first_day).days // 7

    def facts(self) -> Facts:
        return {
            "changes": self.changes,
            "judged_by_later_policy": self.judged_by_later_policy,
            "first_key": self.first_key,
            "last_key": self.last_key,
            "sum_of_numbers": self.sum_of_numbers,
            **self.present,
            "verdicts": {letter: _all(counts, Verdict) for letter, counts in self.verdicts.items()},
            "totals": _all(sum(self.verdicts.values(), Counter()), Verdict),
            "category": _all(self.counts["category"], Category),
            "state": _some(self.counts["state"], State),
            "origin": _some(self.counts["origin"], Origin),
            "weeks": [
                {"starts_on": str(self._first_day + timedelta(days=7 * week)), "changes": count}
                for week, count in enumerate(self.weeks)
            ],
        }


def _all(counts: Counter[str], words: Any) -> dict[str, int]:
    return {word.value: counts[word.value] for word in words}


def _some(counts: Counter[str], words: Any) -> dict[str, int]:
    return {word.value: counts[word.value] for word in words if counts[word.value]}
