"""Counting: total, matched, matched late and unmatched of each kind."""

from collections import Counter
from collections.abc import Iterable, Iterator

from evidence.reconciliation.facts import Item, Kind, Match

PLURAL = {Kind.COMMIT: "commits", Kind.DEPLOYMENT: "deployments", Kind.CHANGE: "changes"}


class Totals:
    """Counts items as they pass, so that nobody has to hold them all."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Kind, Match]] = Counter()

    def add(self, item: Item) -> None:
        self._counts[item.kind, item.match] += 1

    def counted(self, items: Iterable[Item]) -> Iterator[Item]:
        for item in items:
            self.add(item)
            yield item

    def as_json(self) -> dict[str, dict[str, int]]:
        """The contract's `commits`, `deployments` and `changes`; each total is the sum."""
        return {name: self._of(kind) for kind, name in PLURAL.items()}

    def _of(self, kind: Kind) -> dict[str, int]:
        counts = {match.value: self._counts[kind, match] for match in Match}
        return {"total": sum(counts.values()), **counts}
