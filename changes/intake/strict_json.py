"""JSON that means one thing only: what two readers could read differently is refused."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

DEPTH_MAXIMUM = 32
EXACT_BELOW = 2**53
_DOUBTFUL_ESCAPE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotStrict(ValueError):
    """`code` is stable, `str()` the sentence that says what was found."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def read_strictly(body: bytes) -> Any:
    """The value. Refuses repeated keys, NaN and infinities, whole numbers that floats cannot
    hold, deep nesting, NUL, half characters, and whatever is not UTF-8 JSON (RFC 8259).
    """
    if not body.strip():
        raise NotStrict("body_empty", "The body is empty: send JSON.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        sentence = f"The body is not UTF-8 (byte {error.start + 1})."
        raise NotStrict("text_encoding", sentence) from error
    if text.startswith("\ufeff"):
        raise NotStrict("text_encoding", "The body begins with a byte order mark: leave it out.")
    value = decoded(text)
    _check_depth(value)
    check_texts(value, body)
    return value


def decoded(text: str, *, named: str = "The body") -> Any:
    """The value, as deep as Python itself reads it. Its texts are still to be checked. `named` is
    what a sentence calls the text.
    """
    try:
        return _DECODER.decode(text)
    except NotStrict:
        raise
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise NotStrict("json_invalid", f"{named} is not JSON ({error.msg}, {place}).") from error
    except RecursionError as error:
        raise NotStrict("json_depth", "The JSON is nested too deeply.") from error


def check_texts(value: Any, body: bytes) -> None:
    """Refuses NUL and half characters. In UTF-8 only an escape can bring them, so a body
    without such an escape is not walked through.
    """
    if _DOUBTFUL_ESCAPE.search(body):
        for level in _levels(value):
            for item in level:
                if isinstance(item, str):
                    _check_text(item)


def _check_depth(value: Any) -> None:
    if any(depth > DEPTH_MAXIMUM for depth, _ in enumerate(_levels(value), start=1)):
        sentence = f"The JSON is nested more than {DEPTH_MAXIMUM} levels deep."
        raise NotStrict("json_depth", sentence)


def _levels(value: Any) -> Iterator[list[Any]]:
    """The values of each depth, keys among them, from the outermost; without recursion."""
    level = [value]
    while level:
        yield level
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.keys())
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level = below


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise NotStrict("text_nul", "A text holds a NUL character: remove it.")
    if _SURROGATE.search(text):
        raise NotStrict("text_encoding", "A text holds half a character (a lone surrogate).")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrict("json_duplicate_key", f"The key '{twice[:40]}' is given twice.")
    return fields


def _constant(name: str) -> float:
    raise NotStrict("json_number", f"{name} is not a number of JSON.")


def _whole(digits: str) -> int:
    if len(digits) > len(str(EXACT_BELOW)) + 1 or abs(int(digits)) >= EXACT_BELOW:
        sentence = "A whole number is beyond 2^53 - 1, where numbers stop to be exact."
        raise NotStrict("number_range", sentence)
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotStrict("json_number", "A number is too large for a floating-point number.")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_int=_whole,
    parse_float=_fraction,
)
