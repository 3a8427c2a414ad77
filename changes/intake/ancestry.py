"""Which commit reaches which: a history as a graph, oldest first.

Commits are numbered in topological order: a parent's number is smaller than its child's.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain as flattened

from changes.intake.commits import Link


class Ancestry:
    """`parents` holds numbers in the order of the commit's own list, the first parent first;
    None is a parent that the history does not hold.
    """

    def __init__(self, links: Sequence[Link]) -> None:
        self.order = _parents_first(links)
        numbers = {link.sha: number for number, link in enumerate(self.order)}
        self.parents = [
            tuple(_older(numbers.get(sha), number) for sha in link.parents)
            for number, link in enumerate(self.order)
        ]

    def branch(self) -> set[int]:
        """The first-parent chain of the last commit.

        Where the chain ends at a parent that is missing, it is taken up again at the older
        commits without a child: one of them is what the missing commit stood on.
        """
        head = len(self.order) - 1
        chain = set(self._first_parents(head))
        oldest = min(chain)
        if self.parents[oldest][:1] == (None,):
            childless = set(range(oldest)).difference(flattened.from_iterable(self.parents))
            chain.update(number for tip in childless for number in self._first_parents(tip))
        return chain

    def entries(self, branch: Iterable[int]) -> list[int | None]:
        """For each commit the oldest one of the branch that reaches it, itself included."""
        entered: list[int | None] = [None] * len(self.order)
        for start in sorted(branch):
            waiting = [start]
            while waiting:
                number = waiting.pop()
                if entered[number] is None:
                    entered[number] = start
                    waiting.extend(self._known_parents(number))
        return entered

    def brought_in_by(self, merge: int) -> list[int]:
        """What the merge's other parents reach and its first parent does not.

        Both sides are painted from the youngest down, so each commit has its final colour
        when its turn comes, and the walk ends where only the first parent's side is left.
        """
        first, *others = self.parents[merge]
        old = set() if first is None else {first}
        seen = old | {other for other in others if other is not None}
        waiting = [-number for number in seen]
        heapify(waiting)
        new_waiting, brought = len(seen - old), []
        while new_waiting:
            number = -heappop(waiting)
            is_old = number in old
            if not is_old:
                brought.append(number)
                new_waiting -= 1
            for parent in self._known_parents(number):
                is_first_sight = parent not in seen
                if is_first_sight:
                    seen.add(parent)
                    heappush(waiting, -parent)
                    new_waiting += not is_old
                if is_old and parent not in old:
                    old.add(parent)
                    new_waiting -= not is_first_sight
        return brought

    def _first_parents(self, number: int) -> Iterator[int]:
        current: int | None = number
        while current is not None:
            yield current
            current = next(iter(self.parents[current]), None)

    def _known_parents(self, number: int) -> Iterator[int]:
        return (parent for parent in self.parents[number] if parent is not None)


def _older(parent: int | None, child: int) -> int | None:
    """A parent that does not come first closes a circle, which git cannot make: left out."""
    return parent if parent is not None and parent < child else None


def _parents_first(links: Sequence[Link]) -> list[Link]:
    """The same order where parents come first already, as they should; else put right."""
    by_sha = {link.sha: link for link in links}
    ordered: dict[str, Link] = {}
    begun: set[str] = set()
    for start in links:
        waiting = [by_sha[start.sha]]
        while waiting:
            link = waiting[-1]
            parents = [by_sha[sha] for sha in link.parents if sha in by_sha and sha not in begun]
            begun.add(link.sha)
            if parents:
                waiting.append(parents[0])
            else:
                ordered.setdefault(link.sha, link)
                waiting.pop()
    return list(ordered.values())
