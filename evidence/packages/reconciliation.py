"""The reconciliation of a quarter as frozen facts: numbers, rows, and what stays unmatched."""

from typing import Any

from evidence.packages.plain import exact
from evidence.reconciliation.facts import Item, Kind, Match
from evidence.reconciliation.table import COLUMNS, cells
from evidence.reconciliation.totals import Totals

Facts = dict[str, Any]
# Of the changes that are unmatched so many stand in the main document; the CSV holds all.
CHANGES_SHOWN = 60


class Reconciliation:
    """Gathers while the items pass by one after the other."""

    def __init__(self) -> None:
        self._totals = Totals()
        self._changes: list[Facts] = []

    def add(self, item: Item) -> Facts:
        """The item's row; a commit or deployment that is unmatched is also an exception."""
        self._totals.add(item)
        row: Facts = exact(dict(zip(COLUMNS, cells(item), strict=True)))
        if is_unmatched(row) and item.kind is Kind.CHANGE:
            self._changes.append(row)
        return row

    def facts(self) -> Facts:
        counts = self._totals.as_json()
        return {
            "counts": [[name, of] for name, of in counts.items()],
            "rows": sum(of["total"] for of in counts.values()),
            "unmatched": sum(of["unmatched"] for of in counts.values()),
            "unmatched_changes": self._changes[:CHANGES_SHOWN],
            "more_unmatched_changes": max(0, len(self._changes) - CHANGES_SHOWN),
        }


def is_unmatched(row: Facts) -> bool:
    return bool(row["match"] == Match.UNMATCHED)


def is_exception(row: Facts) -> bool:
    """Production that no request asked for. A request that waits is none."""
    return is_unmatched(row) and row["kind"] != Kind.CHANGE


def exception_row(row: Facts) -> Facts:
    """The same as a row of exceptions.csv."""
    return {
        "kind": f"unlinked {row['kind']}",
        "repository": row["repository"],
        "revision": row["revision"],
        "at": row["at"],
        "person": row["person"],
        "text": row["text"],
        "sentence": row["reason"],
    }
