"""For each record the entry of the log that tells of it last, in a few bytes each."""

from array import array
from collections.abc import Iterator

UNKNOWN, REMOVED = -1, -2
# The last event of a record that is gone: what ends like this says that it went.
REMOVALS = (".removed", ".dropped", ".deleted")
LARGEST_NUMBER = 50_000_000


class Latest:
    """Fed with the events in the order of the log. Keys that are numbers stand in an array for each
    model, so a million records take eight megabytes; any others in a dictionary.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, array[int]] = {}
        self._others: dict[str, int] = {}

    def add(self, record: str, type_: str, index: int) -> None:
        value = REMOVED if type_.endswith(REMOVALS) else index
        model, _, key = record.partition(":")
        if not key.isdecimal() or (number := int(key)) > LARGEST_NUMBER:
            self._others[record] = value
            return
        places = self._numbers.setdefault(model, array("q"))
        if number >= len(places):
            places.extend([UNKNOWN] * (number + 1 - len(places) + len(places) // 2))
        places[number] = value

    def take(self, record: str) -> int:
        """The entry, REMOVED or UNKNOWN; taken once, so that what is left has no row any more."""
        model, _, key = record.partition(":")
        places = self._numbers.get(model)
        if not key.isdecimal() or (number := int(key)) > LARGEST_NUMBER:
            return self._others.pop(record, UNKNOWN)
        if places is None or number >= len(places):
            return UNKNOWN
        found, places[number] = places[number], UNKNOWN
        return found

    def left(self) -> Iterator[tuple[str, int]]:
        """Records whose last entry does not say that they went, and that nobody took."""
        for model, places in self._numbers.items():
            for number, index in enumerate(places):
                if index >= 0:
                    yield f"{model}:{number}", index
        yield from ((record, index) for record, index in self._others.items() if index >= 0)
