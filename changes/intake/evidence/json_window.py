"""The part of a JSON text that is looked at, and Python's decoder made as strict as I-JSON wants:
no repeated key, no NaN, no number that Python would cut.
"""

import codecs
import json
import re
from decimal import Decimal
from typing import Any, BinaryIO

from changes.intake.evidence.json_places import DEEPEST, WithoutMark
from changes.intake.json_values import Unreadable

CHUNK = 1 << 18
LONGEST = 1 << 23
# A number may go on behind the window's edge: after `1e+`, Python reads 1.
SLACK = 4
SPACE = re.compile(r"[ \t\n\r]*")
_NEXT = re.compile(r"[ \t\n\r]*(.?)[ \t\n\r]*", re.DOTALL)
_HALVES = re.compile(r"\\u[dD][89a-fA-F]")
NO_VALUE = "a value is expected"
_TOO_DEEP = f"It is nested too deeply: expected at most {DEEPEST} levels."


class DoesNotFitError(Exception):
    """What begins here is longer than the window, or no JSON."""


class Window:
    """From `at` on."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = WithoutMark(stream)
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.text, self.at, self.is_last = "", 0, False
        self.has_halves = False

    @property
    def is_easy(self) -> bool:
        """No half of a character is escaped in it, and it did not grow around a long value."""
        return not self.has_halves and len(self.text) - self.at <= 2 * CHUNK

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
            self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
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
                value, end = STRICT.scan_once(self.text, self.at)
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
            raise DoesNotFitError
        self.more()


def _why_not(error: Exception) -> str:
    reason = error.msg if isinstance(error, json.JSONDecodeError) else NO_VALUE
    return f"It is not JSON ({reason[:1].lower()}{reason[1:]})."


def twice(key: str) -> str:
    return f"It gives the key '{key[:60]}' twice in one object."


def of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    names = [name for name, _ in pairs]
    raise Unreadable(twice(next(name for name in names if names.count(name) > 1)))


def constant(name: str) -> float:
    raise Unreadable(f"It is not JSON ({name} is no number of it).")


def _of_number(error: ValueError) -> Unreadable:
    """Python reads no whole number of more than 4,300 digits."""
    return error if isinstance(error, Unreadable) else Unreadable("It holds too many digits.")


STRICT: Any = json.JSONDecoder(
    object_pairs_hook=of_pairs, parse_constant=constant, parse_float=Decimal
)
