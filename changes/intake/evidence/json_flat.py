"""Many small objects of an array, read for what stands directly in them.

Python's decoder calls one of its own functions for each object, and what repeats a key is seen for
all of them together, instead of a function of Python for each. The objects of one batch are few
enough that the collector of garbage does not look through them.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from changes.intake.evidence.json_places import DEEPEST
from changes.intake.evidence.json_window import SPACE, STRICT, Window, constant, of_pairs

# Of text; and an object that is longer ends a batch.
BATCH = 1 << 13


Pairs = list[tuple[str, Any]]


class Flat(NamedTuple):
    """`objects` hold None for an object within them; `whole` are those with one of the keys that
    ask for it. `number` is that of both.
    """

    objects: list[dict[str, Any]]
    whole: list[dict[str, Any]]
    number: int


class FlatReader:
    def __init__(self) -> None:
        # Of every object within those that are asked for.
        self.pairs: list[Pairs] = []
        decoder: Any = json.JSONDecoder(
            object_pairs_hook=self.pairs.append, parse_constant=constant, parse_float=Decimal
        )
        self.scan = decoder.scan_once

    def objects(self, window: Window, depth: int, deep: frozenset[str]) -> Iterator[Flat]:
        """The objects from here on, each with a comma behind it, as far as the window reaches.

        The window must be an easy one. What is not taken is left to the slower reading: what is no
        object, the last one, a deep one.
        """
        while (begun := window.at) < len(window.text):
            begins, own = self._scanned(window, depth)
            found = _without_repeated(own)
            _without_repeated([pairs for pairs in self.pairs if len(pairs) > 1])
            shallow = [fields for fields in found if deep.isdisjoint(fields)]
            whole = []
            if len(shallow) < len(found):
                whole = [
                    STRICT.scan_once(window.text, at)[0]
                    for at, fields in zip(begins, found, strict=True)
                    if not deep.isdisjoint(fields)
                ]
            yield Flat(shallow, whole, len(found))
            if window.at == begun:
                return

    def _scanned(self, window: Window, depth: int) -> tuple[list[int], list[Pairs]]:
        """A batch: where in the text each object begins, and its own pairs."""
        text, at, pairs, scan = window.text, window.at, self.pairs, self.scan
        begins: list[int] = []
        own: list[Pairs] = []
        last, edge, never_deep = len(text) - 2, at + BATCH, 2 * (DEEPEST - depth)
        known = 0
        pairs.clear()
        while at < last and at < edge and text[at] == "{":
            try:
                end = scan(text, at)[1]
            except (StopIteration, ValueError, RecursionError):
                break  # whoever reads it next says why
            if end >= last or text[end] != ",":
                break
            if end - at > never_deep and _may_be_deep(text[at:end], depth):
                break
            own.append(pairs.pop())
            known = len(pairs)
            begins.append(at)
            at = end + 1
            if text[at] in " \n\r\t":
                at = SPACE.match(text, at).end()  # type: ignore[union-attr]
        del pairs[known:]
        window.at = at
        return begins, own


def _without_repeated(objects: list[Pairs]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list(map(dict, objects))
    if list(map(len, found)) != list(map(len, objects)):
        for pairs in objects:
            of_pairs(pairs)
    return found


def _may_be_deep(text: str, depth: int) -> bool:
    return depth + text.count("{") + text.count("[") > DEEPEST
