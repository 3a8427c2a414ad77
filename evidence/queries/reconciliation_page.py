"""One page of a reconciliation: everything is counted, only the page's rows are held."""

from dataclasses import dataclass
from typing import Any, cast

from django.core.paginator import Page, Paginator

from changes.quarters import Quarter
from evidence.queries.reconciliation import reconciled
from evidence.reconciliation.advice import what_to_do
from evidence.reconciliation.facts import Item, Kind, Match
from evidence.reconciliation.totals import PLURAL, Totals

PAGE_SIZE = 50


@dataclass(frozen=True)
class Shown:
    """Which rows are asked for; None is any."""

    kind: Kind | None = None
    match: Match | None = Match.UNMATCHED

    def has(self, item: Item) -> bool:
        return self.kind in (None, item.kind) and self.match in (None, item.match)


@dataclass(frozen=True)
class Row:
    item: Item
    todo: str


@dataclass(frozen=True)
class Figures:
    """The three numbers of one kind."""

    kind: Kind
    name: str
    total: int
    matches: tuple[tuple[Match, int], ...]


@dataclass(frozen=True)
class Reconciliation:
    figures: tuple[Figures, ...]
    page: Page[Row]


def reconciliation_page(quarter: Quarter, shown: Shown, number: int) -> Reconciliation:
    """Raises Django's InvalidPage."""
    totals, rows, count = Totals(), [], 0
    first = PAGE_SIZE * (number - 1)
    for item in totals.counted(reconciled(quarter)):
        if shown.has(item):
            if first <= count < first + PAGE_SIZE:
                rows.append(Row(item, what_to_do(item)))
            count += 1
    found = Paginator(range(count), PAGE_SIZE)
    number = found.validate_number(number)
    page = Page(rows, number, cast("Paginator[Any]", found))
    return Reconciliation(_figures(totals), page)


def _figures(totals: Totals) -> tuple[Figures, ...]:
    counts = totals.as_json()
    return tuple(
        Figures(
            kind,
            PLURAL[kind],
            counts[PLURAL[kind]]["total"],
            tuple((match, counts[PLURAL[kind]][match]) for match in Match),
        )
        for kind in Kind
    )
