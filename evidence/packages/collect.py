"""The changes of a quarter as frozen facts: plain values, one change after the other.

However large the quarter, only one chunk of changes is in memory at a time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from changes.models import ChangeRequest
from changes.quarters import Quarter
from changes.queries.judgements import Judgement, judgements_of
from changes.queries.record import with_record
from evidence.controls.attributes import ControlTest, control_tests
from evidence.exceptions.answers import responses_to
from evidence.ledger.canonical import digest_of
from evidence.packages.beside import Beside, beside, with_learning
from evidence.packages.facts import facts_of_change
from evidence.packages.plain import exact
from evidence.packages.told import told_of

CHUNK = 100
Facts = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What all the facts of one package share. `judged_at` and the `answers` of management are no
    part of the facts themselves: a dossier changes only where a verdict does.
    """

    quarter: Quarter
    is_interim: bool
    is_sample: bool
    organisation: str
    judged_at: datetime
    answers: Mapping[str, Facts]

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
    """`sha256` is the digest of the facts: it stands for everything the dossier shows. `told` is
    what the log tells of the request.
    """

    facts: Facts
    sha256: str
    told: Facts | None = None

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
        judgements = judged_in(setting, chunk)
        others, told = beside(chunk), told_of(chunk)
        for judgement in judgements:
            frozen = _frozen(judgement, others, setting)
            yield replace(frozen, told=told.get(judgement.change.number))


def _frozen(judgement: Judgement, others: Beside, setting: Setting) -> FrozenChange:
    tests = tests_of(judgement, setting)
    facts = exact({**facts_of_change(judgement, tests, others), "package": setting.facts()})
    return FrozenChange(facts, digest_of(facts))


def judged_in(setting: Setting, changes: Iterable[ChangeRequest]) -> list[Judgement]:
    """As of the setting's moment; drafts by the policy with which the quarter began."""
    return judgements_of(changes, setting.judged_at, draft_at=setting.quarter.start)


def tests_of(judgement: Judgement, setting: Setting) -> tuple[ControlTest, ...]:
    return control_tests(
        judgement.facts,
        judgement.findings,
        judgement.approved_at,
        is_over=not setting.is_interim,
        responses=responses_to(judgement.change.key, setting.answers),
    )


def _chunks(changes: QuerySet[ChangeRequest]) -> Iterator[list[ChangeRequest]]:
    """By number and not by offset, so that each chunk costs the same."""
    after = 0
    while chunk := list(with_learning(with_record(changes.filter(number__gt=after)))[:CHUNK]):
        after = chunk[-1].number
        yield chunk
