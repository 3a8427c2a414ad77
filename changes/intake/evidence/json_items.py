"""JSON as a stream: the values at the wanted places are built, the rest passes by.

Strict as RFC 8259 and I-JSON want it: no repeated key, no NaN, no BOM but that of UTF-8.

Python's own decoder reads value by value from a window of text. What is not wanted and does not
fit is gone into; what is wanted and is longer than `LONGEST` is left to the slower `json_events`.
"""

import json
from collections.abc import Generator, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, BinaryIO

from changes.intake.evidence.json_events import found_by_events
from changes.intake.evidence.json_flat import FlatReader
from changes.intake.evidence.json_places import (
    DEEPEST,
    MANY,
    Found,
    Places,
    check_depth,
    fits,
    leads_to,
    places_of,
)
from changes.intake.evidence.json_window import (
    NO_VALUE,
    SPACE,
    STRICT,
    DoesNotFitError,
    Window,
    twice,
)
from changes.intake.json_values import Unreadable

_KINDS = {"{": "map", "[": "array", '"': "string", "t": "boolean", "f": "boolean", "n": "null"}
_KINDS |= dict.fromkeys("-0123456789", "number")
NOT_FLAT: Mapping[str, frozenset[str]] = MappingProxyType({})
Steps = tuple[str | int | None, ...]


def found_in(
    stream: BinaryIO,
    *wanted: str,
    marks: tuple[str, ...] = (),
    flat: Mapping[str, frozenset[str]] = NOT_FLAT,
) -> Iterator[Found]:
    """Each value at a place such as `runs.*.results.*`, where `*` stands for any key or index.

    Of a place in `marks` only its being there is told, before what is in it. Objects at a place in
    `flat` may come many at once, as the list that is the value of a `Found` of the kind `MANY`, in
    any order and with None for what they hold in braces; one that has a key of those named there
    comes alone and whole.
    """
    start, told = stream.tell(), 0
    try:
        for found in _Walk(stream, places_of(*wanted), places_of(*marks), flat).document():
            yield found
            told += len(found.value) if found.kind == MANY else 1
    except DoesNotFitError:
        stream.seek(start)
        yield from islice(
            found_by_events(stream, places_of(*wanted), places_of(*marks)), told, None
        )
    except (UnicodeError, OverflowError, ArithmeticError) as error:
        raise Unreadable("It is not JSON in UTF-8.") from error


class _Walk:
    def __init__(
        self,
        stream: BinaryIO,
        wanted: Places,
        marks: Places,
        flat: Mapping[str, frozenset[str]],
    ) -> None:
        self.window, self.wanted, self.marks = Window(stream), wanted, marks
        self.flat_reader = FlatReader()
        self.flat = [(places_of(place), deep) for place, deep in flat.items()]

    def document(self) -> Iterator[Found]:
        yield from self.value((), *self._plan(()))
        if rest := self.window.character():
            raise Unreadable(f"It is not JSON ('{rest}' after its end).")

    def value(self, path: Steps, is_mark: bool, is_wanted: bool, leads: bool) -> Iterator[Found]:
        window = self.window
        first = window.character()
        kind = _KINDS.get(first)
        if kind is None:
            raise Unreadable(f"It is not JSON ({'it ends too early' if not first else NO_VALUE}).")
        if is_mark:
            yield Found(path, kind, None)
        if first in ("{", "[") and leads and not is_wanted:
            yield from self.inside(path, first)
            return
        try:
            value = window.value(is_wanted=is_wanted)
        except DoesNotFitError:
            if is_wanted or first not in ("{", "["):
                raise
            yield from self.inside(path, first)
            return
        if window.has_halves:
            _check_halves(value)
        _check_levels(value, len(path))
        if is_wanted:
            yield Found(path, kind, value)

    def inside(self, path: Steps, first: str) -> Iterator[Found]:
        check_depth(len(path))
        self.window.take()
        yield from self.members(path) if first == "{" else self.elements(path)

    def elements(self, path: Steps) -> Iterator[Found]:
        if self.window.character() == "]":
            self.window.take()
            return
        plan, number = self._plan((*path, 0)), 0
        is_mark, is_wanted, leads = plan
        deep = self._deep_keys((*path, 0)) if is_wanted else None
        while True:
            if deep is not None and self.window.is_easy:
                number = yield from self._flat_run_of(path, number, deep)
            elif not (is_mark or leads):
                number = yield from self._run_of(path, number, is_wanted=is_wanted)
            yield from self.value((*path, number), *plan)
            number += 1
            if self._is_over("]"):
                return

    def _flat_run_of(
        self, path: Steps, number: int, deep: frozenset[str]
    ) -> Generator[Found, None, int]:
        place = (*path, None)
        for objects, whole, seen in self.flat_reader.objects(self.window, len(place), deep):
            if objects:
                yield Found(place, MANY, objects)
            for value in whole:
                yield Found(place, "map", value)
            number += seen
        return number

    def _run_of(self, path: Steps, number: int, *, is_wanted: bool) -> Generator[Found, None, int]:
        """The elements that lie whole within the window, each with a comma behind it: the greater
        part of any long file, so nothing is done here that need not be. Gives the next number.
        """
        window = self.window
        text, at, scan = window.text, window.at, STRICT.scan_once
        last, depth, has_halves = len(text) - 2, len(path) + 1, window.has_halves
        never_deep = 2 * (DEEPEST - depth)  # a level takes two characters
        while True:
            try:
                value, end = scan(text, at)
            except Unreadable:
                raise
            except (StopIteration, ValueError, RecursionError):
                break
            if end >= last or text[end] != ",":
                break
            if has_halves or end - at > never_deep:
                _check_odd(value, text[at:end], depth, has_halves=has_halves)
            if is_wanted:
                yield Found((*path, number), _KINDS[text[at]], value)
            number += 1
            at = end + 1
            if text[at] in " \n\r\t":
                at = SPACE.match(text, at).end()  # type: ignore[union-attr]
        window.at = at
        return number

    def members(self, path: Steps) -> Iterator[Found]:
        if self.window.character() == "}":
            self.window.take()
            return
        keys: set[str] = set()
        while True:
            if self.window.character() != '"':
                raise Unreadable("It is not JSON (a key in quotes is expected).")
            key = self.window.value(is_wanted=True)
            if key in keys:
                raise Unreadable(twice(key))
            keys.add(key)
            if self.window.take() != ":":
                raise Unreadable("It is not JSON (a colon is expected behind a key).")
            yield from self.value((*path, key), *self._plan((*path, key)))
            if self._is_over("}"):
                return

    def _is_over(self, end: str) -> bool:
        character = self.window.take()
        if character == ",":
            return False
        if character != end:
            raise Unreadable(f"It is not JSON (a comma or {end} is expected).")
        return True

    def _deep_keys(self, path: Steps) -> frozenset[str] | None:
        return next((deep for place, deep in self.flat if fits(path, place)), None)

    def _plan(self, path: Steps) -> tuple[bool, bool, bool]:
        leads = leads_to(path, self.wanted) or leads_to(path, self.marks)
        return fits(path, self.marks), fits(path, self.wanted), leads


def _check_odd(value: Any, text: str, depth: int, *, has_halves: bool) -> None:
    if has_halves:
        _check_halves(value)
    if depth + text.count("{") + text.count("[") > DEEPEST:
        _check_levels(value, depth)


def _check_levels(value: Any, depth: int) -> None:
    level = [value]
    while level := [item for item in level if isinstance(item, (dict, list))]:
        check_depth(depth)
        depth += 1
        level = [i for item in level for i in (item.values() if isinstance(item, dict) else item)]


def _check_halves(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise Unreadable("It holds half a character (a lone surrogate).") from error
