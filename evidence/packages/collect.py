"""The changes of a quarter as frozen facts: plain values, one change after the other.

However large the quarter, only one chunk of changes is in memory at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from changes.models import ChangeRequest
from changes.quarters import Quarter
from changes.queries.judgements import Judgement, judgements_of
from changes.queries.policies import reporting_date
from changes.queries.record import with_record
from evidence.controls.attributes import ControlTest, control_tests
from evidence.ledger.canonical import digest_of
from evidence.packages.beside import Beside, beside, with_learning
from evidence.packages.facts import facts_of_change
from evidence.packages.plain import exact

CHUNK = 100
Facts = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What all the facts of one package share."""

    quarter: Quarter
    is_interim: bool
    is_sample: bool
    organisation: str

    @property
    def last_day(self) -> date:
        """In the reporting time zone, as the days on which things are due."""
        return reporting_date(self.quarter.end - timedelta(seconds=1))

    def facts(self) -> Facts:
        return {
            "quarter": str(self.quarter),
            "time_zone": self.quarter.time_zone,
            "starts_at": exact(self.quarter.start),
            "ends_at": exact(self.quarter.end),
            "interim": self.is_interim,
            "sample": self.is_sample,
            "organisation": self.organisation,
        }


@dataclass(frozen=True)
class FrozenChange:
    """`sha256` is the digest of the facts: it stands for everything the dossier shows."""

    facts: Facts
    sha256: str

    @property
    def key(self) -> str:
        return str(self.facts["key"])


def population(quarter: Quarter) -> QuerySet[ChangeRequest]:
    """The changes that belong to a quarter, in the order of their keys."""
    return ChangeRequest.objects.filter(
        counted_at__gte=quarter.start, counted_at__lt=quarter.end
    ).order_by("number")


def frozen_changes(setting: Setting) -> Iterator[FrozenChange]:
    for chunk in _chunks(population(setting.quarter)):
        at = setting.quarter.start
        judgements = judgements_of(chunk, at)
        others = beside(chunk)
        for judgement in judgements:
            yield _frozen(judgement, others, setting)


def _frozen(judgement: Judgement, others: Beside, setting: Setting) -> FrozenChange:
    tests = tests_of(judgement, setting)
    facts = exact({**facts_of_change(judgement, tests, others), "package": setting.facts()})
    return FrozenChange(facts, digest_of(facts))


def tests_of(judgement: Judgement, setting: Setting) -> tuple[ControlTest, ...]:
    return control_tests(
        judgement.facts,
        judgement.findings,
        judgement.approved_at,
        is_over=not setting.is_interim,
        last_day=setting.last_day,
    )


def _chunks(changes: QuerySet[ChangeRequest]) -> Iterator[list[ChangeRequest]]:
    """By number and not by offset, so that each chunk costs the same."""
    after = 0
    while chunk := list(with_learning(with_record(changes.filter(number__gt=after)))[:CHUNK]):
        after = chunk[-1].number
        yield chunk
