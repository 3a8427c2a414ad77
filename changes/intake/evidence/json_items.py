"""JSON as a stream: the values at the wanted places are built, the rest passes by.

Strict as RFC 8259 and I-JSON want it: no repeated key, no NaN, no BOM but that of UTF-8.

Python's own decoder reads value by value from a window of text. What is not wanted and does not
fit is gone into; what is wanted and is longer than `LONGEST` is left to the slower `json_events`.
"""

import codecs
import json
import re
from collections.abc import Generator, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from changes.intake.evidence.json_events import found_by_events
from changes.intake.evidence.json_places import (
    DEEPEST,
    Found,
    Places,
    WithoutMark,
    check_depth,
    fits,
    leads_to,
    places_of,
)
from changes.intake.json_values import Unreadable

CHUNK = 1 << 18
LONGEST = 1 << 23
# A number may go on behind the window's edge: after `1e+`, Python reads 1.
SLACK = 4
_SPACE = re.compile(r"[ \t\n\r]*")
_NEXT = re.compile(r"[ \t\n\r]*(.?)[ \t\n\r]*", re.DOTALL)
_KINDS = {"{": "map", "[": "array", '"': "string", "t": "boolean", "f": "boolean", "n": "null"}
_KINDS |= dict.fromkeys("-0123456789", "number")
_NO_VALUE = "a value is expected"
Steps = tuple[str | int | None, ...]
_HALVES = re.compile(r"\\u[dD][89a-fA-F]")


class _DoesNotFitError(Exception):
    """What begins here is longer than the window, or no JSON."""


def found_in(stream: BinaryIO, *wanted: str, marks: tuple[str, ...] = ()) -> Iterator[Found]:
    """Each value at a place such as `runs.*.results.*`, where `*` stands for any key or index.

    Of a place in `marks` only its being there is told, before what is in it.
    """
    start, told = stream.tell(), 0
    try:
        for found in _Walk(stream, places_of(*wanted), places_of(*marks)).document():
            yield found
            told += 1
    except _DoesNotFitError:
        stream.seek(start)
        yield from islice(
            found_by_events(stream, places_of(*wanted), places_of(*marks)), told, None
        )
    except (UnicodeError, OverflowError, ArithmeticError) as error:
        raise Unreadable("It is not JSON in UTF-8.") from error


class _Window:
    """The part of the text that is looked at, from `at` on."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = WithoutMark(stream)
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.text, self.at, self.is_last = "", 0, False
        self.has_halves = False

    def more(self) -> None:
        """At least twice as much of what is not read yet: a long value is not begun too often."""
        rest = self.text[self.at :]
        chunk = self.stream.read(max(CHUNK, len(rest)))
        self.is_last = not chunk
        self.text, self.at = rest + self.decoder.decode(chunk, self.is_last), 0
        self.has_halves = _HALVES.search(self.text) is not None

    def character(self) -> str:
        """The next one that is no space, empty at the end; it is not taken."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text) or self.is_last:
                return self.text[self.at : self.at + 1]
            self.more()

    def take(self) -> str:
        """The next one that is no space, with the space around it."""
        found = _NEXT.match(self.text, self.at)
        if found and (found.end() < len(self.text) or self.is_last):
            self.at = found.end()
            return found[1]
        character = self.character()
        self.at += 1
        return character

    def value(self, *, is_wanted: bool) -> Any:
        """The value that begins here, whole."""
        while True:
            try:
                value, end = _DECODER.scan_once(self.text, self.at)
            except (StopIteration, json.JSONDecodeError) as error:
                self._go_on(is_wanted, error)
                continue
            except RecursionError as error:
                raise Unreadable(_TOO_DEEP) from error
            except ValueError as error:
                raise _of_number(error) from error
            if end > len(self.text) - SLACK and not self.is_last:
                self._go_on(is_wanted, None)
                continue
            self.at = end
            return value

    def _go_on(self, is_wanted: bool, error: Exception | None) -> None:
        room = len(self.text) - self.at
        if self.is_last and error:
            raise Unreadable(_why_not(error)) from error
        if room >= (LONGEST if is_wanted else CHUNK):
            raise _DoesNotFitError
        self.more()


class _Walk:
    def __init__(self, stream: BinaryIO, wanted: Places, marks: Places) -> None:
        self.window, self.wanted, self.marks = _Window(stream), wanted, marks

    def document(self) -> Iterator[Found]:
        yield from self.value((), *self._plan(()))
        if rest := self.window.character():
            raise Unreadable(f"It is not JSON ('{rest}' after its end).")

    def value(self, path: Steps, is_mark: bool, is_wanted: bool, leads: bool) -> Iterator[Found]:
        window = self.window
        first = window.character()
        kind = _KINDS.get(first)
        if kind is None:
            raise Unreadable(f"It is not JSON ({'it ends too early' if not first else _NO_VALUE}).")
        if is_mark:
            yield Found(path, kind, None)
        if first in ("{", "[") and leads and not is_wanted:
            yield from self.inside(path, first)
            return
        try:
            value = window.value(is_wanted=is_wanted)
        except _DoesNotFitError:
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
        while True:
            if not (is_mark or leads):
                number = yield from self._run_of(path, number, is_wanted=is_wanted)
            yield from self.value((*path, number), *plan)
            number += 1
            if self._is_over("]"):
                return

    def _run_of(self, path: Steps, number: int, *, is_wanted: bool) -> Generator[Found, None, int]:
        """The elements that lie whole within the window, each with a comma behind it: the greater
        part of any long file, so nothing is done here that need not be. Gives the next number.
        """
        window = self.window
        text, at, scan = window.text, window.at, _DECODER.scan_once
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
                at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
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
                raise Unreadable(_twice(key))
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


_TOO_DEEP = f"It is nested too deeply: expected at most {DEEPEST} levels."


def _why_not(error: Exception) -> str:
    reason = error.msg if isinstance(error, json.JSONDecodeError) else _NO_VALUE
    return f"It is not JSON ({reason[:1].lower()}{reason[1:]})."


def _twice(key: str) -> str:
    return f"It gives the key '{key[:60]}' twice in one object."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    names = [name for name, _ in pairs]
    raise Unreadable(_twice(next(name for name in names if names.count(name) > 1)))


def _constant(name: str) -> float:
    raise Unreadable(f"It is not JSON ({name} is no number of it).")


def _of_number(error: ValueError) -> Unreadable:
    """Python reads no whole number of more than 4,300 digits."""
    return error if isinstance(error, Unreadable) else Unreadable("It holds too many digits.")


_DECODER: Any = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=Decimal
)
