"""The exceptions of a quarter as the record stands now: what a package would list."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from changes.queries.judgements import Judgement
from changes.queries.listing import JUDGED_AT_ONCE, TooManyToJudge
from changes.queries.record import with_record
from evidence.exceptions.answers import ANSWERED, OVERDUE, answered
from evidence.packages.collect import Setting, judged_in, population, tests_of
from evidence.packages.plain import exact
from evidence.packages.reconciliation import Reconciliation, exception_row, is_exception
from evidence.packages.register import quarter_exceptions
from evidence.packages.rows import EXCEPTION_COLUMNS, exceptions_of
from evidence.packages.scope import scope_of
from evidence.queries.reconciliation import reconciled

Facts = dict[str, Any]
BLANK = dict.fromkeys(EXCEPTION_COLUMNS, "")


@dataclass(frozen=True)
class Registered:
    """One exception with its answer; `state` says overdue where its day has passed."""

    number: int
    row: Facts
    state: str


def register(setting: Setting, today: date) -> list[Registered]:
    """In the order of exceptions.csv. Raises TooManyToJudge where a page cannot hold it."""
    quarter = setting.quarter
    rows = (answered({**BLANK, **row}, quarter, setting.answers) for row in found(setting))
    return [Registered(n, row, _state(row, today)) for n, row in enumerate(rows, start=1)]


def found(setting: Setting) -> Iterator[Facts]:
    """Control tests that failed, what is wrong with the quarter, production without a request."""
    changes = population(setting.quarter)
    if changes[: JUDGED_AT_ONCE + 1].count() > JUDGED_AT_ONCE:
        raise TooManyToJudge
    judgements = judged_in(setting, with_record(changes))
    for judgement in judgements:
        yield from exceptions_of(_facts(judgement, setting))
    scope: Facts = exact(scope_of(setting.quarter, setting.quarter.end))
    categories = Counter(judgement.change.category for judgement in judgements)
    yield from quarter_exceptions(
        setting, scope, {"changes": len(judgements), "category": categories}
    )
    reconciliation = Reconciliation()
    rows = (reconciliation.add(item) for item in reconciled(setting.quarter))
    yield from (exception_row(row) for row in rows if is_exception(row))


def _facts(judgement: Judgement, setting: Setting) -> Facts:
    change = judgement.change
    tests = tests_of(judgement, setting)
    facts: Facts = exact(
        {
            "key": change.key,
            "title": change.title,
            "revision": judgement.facts.tested_revision,
            "counted_at": change.counted_at,
            "pull_requests": [
                {"repository": p.repository.name} for p in change.pull_requests.all()
            ],
            "tests": [
                {"letter": t.attribute, "verdict": t.verdict, "sentence": t.sentence} for t in tests
            ],
        }
    )
    return facts


def _state(row: Facts, today: date) -> str:
    is_late = row["state"] == ANSWERED and row["due_on"] < today.isoformat()
    return OVERDUE if is_late else str(row["state"])
