"""The main document: what its template needs, from what was frozen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from changes.vocabulary import Category, State, Verdict
from evidence.packages.bundle import Entry
from evidence.packages.charts import share_chart, verdict_chart, week_chart
from evidence.packages.manifest import FORMAT
from evidence.packages.scope import blind_repositories, missing_sources
from evidence.packages.sheets import edition, render_sheet
from evidence.packages.table_words import INTRODUCTIONS, NO_ROWS, TABLE_TITLES, WIDE
from evidence.vocabulary import ATTRIBUTE_NAMES, TABLES, TESTED, PartKind

Facts = dict[str, Any]

SECTIONS = (
    ("scope", "Scope and period"),
    ("policy", "The policy in force"),
    ("summary", "Summary"),
    ("reconciliation", "Reconciliation"),
)
# So few rows of a table may follow another one on its page.
ROWS_WITHIN_A_PAGE = 12
VERDICTS = tuple(verdict.value for verdict in Verdict)


@dataclass(frozen=True)
class LongTable:
    """Rows, or the annexes that hold them: path, number of the first and the last row."""

    kind: PartKind
    count: int
    rows: Sequence[Facts] = ()
    annexes: Sequence[tuple[str, int, int]] = ()

    @property
    def name(self) -> str:
        return self.kind.value

    @property
    def title(self) -> str:
        return TABLE_TITLES[self.kind]

    @property
    def intro(self) -> str:
        return INTRODUCTIONS[self.kind]

    @property
    def none(self) -> str:
        return NO_ROWS[self.kind]

    @property
    def template(self) -> str:
        return f"pdf/tables/_{self.kind}.html"

    @property
    def opens_a_page(self) -> bool:
        return self.is_wide or len(self.rows) > ROWS_WITHIN_A_PAGE

    @property
    def is_wide(self) -> bool:
        return self.kind in WIDE


def main_document(
    frozen: Facts,
    revision: int,
    file_name: str,
    tables: Sequence[LongTable],
    digests: Iterable[Entry],
) -> bytes:
    return render_sheet("package.html", context(frozen, revision, file_name, tables, digests))


def context(
    frozen: Facts,
    revision: int,
    file_name: str,
    tables: Sequence[LongTable],
    digests: Iterable[Entry],
) -> Facts:
    setting, summary = frozen["setting"], frozen["summary"]
    key = f"{setting['quarter']}-r{revision}"
    titles = [(table.name, table.title) for table in tables]
    return {
        "title": f"Change evidence {key}, {setting['organisation']}",
        "name_of_sheet": "change evidence, SOC 2 CC8.1",
        "package_key": key,
        "as_of": frozen["record_as_of"],
        "setting": setting,
        "later": summary["judged_by_later_policy"],
        "scope": frozen["scope"],
        "summary": summary,
        "reconciliation": frozen["reconciliation"],
        "frozen": frozen,
        "checkpoint": frozen.get("checkpoint"),
        "revision": revision,
        "file_name": file_name,
        "format": FORMAT,
        "edition": edition(),
        "digests": digests,
        "tables": tables,
        "letters": TESTED,
        "contents": (*SECTIONS, *titles, ("check", "How to check this package")),
        "blind": blind_repositories(frozen["scope"]["repositories"]),
        "missing": missing_sources(frozen["scope"]["repositories"]),
        **_verdicts(summary),
        "charts": _charts(summary),
        "attributes": [(a.value, name) for a, name in ATTRIBUTE_NAMES.items()],
    }


def _verdicts(summary: Facts) -> Facts:
    """`waiting` is shown only where something waits."""
    totals = summary["totals"]
    shown = [word for word in VERDICTS if word != Verdict.WAITING or totals[word]]
    return {
        "tests": sum(totals.values()),
        "verdict_words": shown,
        "shown_verdicts": [{"word": word, "count": totals[word]} for word in shown],
        "verdict_rows": [
            (letter, [counts[word] for word in shown])
            for letter, counts in sorted(summary["verdicts"].items())
        ],
    }


def _charts(summary: Facts) -> Facts:
    return {
        "verdicts": verdict_chart(summary["verdicts"]),
        "weeks": week_chart(summary["weeks"]),
        "category": share_chart("Changes by category", _in_order(summary["category"], Category)),
        "state": share_chart("Changes by state", _in_order(summary["state"], State)),
    }


def _in_order(counts: Mapping[str, int], words: type[StrEnum]) -> dict[str, int]:
    return {word.value: counts[word] for word in words if word in counts}


def long_tables(frozen: Facts, slices: Callable[[PartKind], Sequence[Facts]]) -> list[LongTable]:
    """`slices` gives what the parts of a kind hold, without the rows of annexes."""
    return [_table(kind, frozen["rows"][kind], slices(kind)) for kind in TABLES]


def _table(kind: PartKind, count: int, slices: Sequence[Facts]) -> LongTable:
    if not any("sheet" in part for part in slices):
        return LongTable(kind, count, rows=[row for part in slices for row in part["rows"]])
    annexes, first = [], 1
    for part in slices:
        last = first + part["total"] - 1
        annexes.append((annex_path(kind, part["number"]), first, last))
        first = last + 1
    return LongTable(kind, count, annexes=annexes)


def annex_path(kind: PartKind, number: int) -> str:
    return f"annex/{kind}-{number:04d}.pdf"
