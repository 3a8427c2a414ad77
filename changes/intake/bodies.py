"""The body of a webhook, read strictly: what is doubtful is refused with a code and a sentence."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import parse_qs

# JSON numbers are doubles to most of the world: whole beyond this they are no longer exact.
INTEGER_MAXIMUM = 2**53 - 1
DIGITS_MAXIMUM = 16
# Each value costs some sixty bytes in memory however short it is in the body.
VALUES_MAXIMUM = 1_000_000
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_DOUBTFUL_ESCAPE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")


@dataclass
class Malformed(Exception):
    """The request cannot be used; `sentence` says why and `code` is stable for machines."""

    status: HTTPStatus
    code: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def check_not_empty(body: bytes) -> None:
    """First of all: what says nothing needs no content type."""
    if not body.strip():
        _refuse("body_empty", "The body is empty: expected a JSON object.")


def content_type_of(header: str, *, takes_forms: bool) -> str:
    """JSON, or a form where the sender may choose it. Anything else is 415."""
    kind = header.partition(";")[0].strip().lower()
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return JSON
    if kind == FORM and takes_forms:
        return FORM
    raise Malformed(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "content_type",
        f"The content type is '{kind[:60]}': expected {JSON}"
        + (f" or {FORM}." if takes_forms else "."),
    )


def json_of(body: bytes, content_type: str) -> dict[str, Any]:
    """The object that the body holds, itself or as the `payload` of a form."""
    return read_body(_payload_of(body) if content_type == FORM else body)


def read_body(body: bytes) -> dict[str, Any]:
    """One JSON object from UTF-8, each number exact and each text whole."""
    _check_size(body)
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        _refuse("text_encoding", f"The body is not UTF-8 (byte {error.start + 1}).")
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        _refuse("json_invalid", f"The body is not JSON ({error.msg}, {where}).")
    except RecursionError:
        _refuse("json_depth", "The body is nested too deeply.")
    if not isinstance(value, dict):
        _refuse("json_invalid", "The body is JSON, but not an object in braces.")
    if _DOUBTFUL_ESCAPE.search(body):
        for text in _texts(value):
            _check_text(text)
    return value


def _payload_of(body: bytes) -> bytes:
    try:
        fields = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=20)
        (payload,) = fields["payload"]
    except (ValueError, KeyError):
        _refuse("form_invalid", "The form has no single field 'payload' that holds the JSON.")
    return payload.encode(errors="surrogatepass")


def _check_size(body: bytes) -> None:
    values = body.count(b",") + body.count(b"[") + body.count(b"{")
    if values > VALUES_MAXIMUM:
        raise Malformed(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body_too_large",
            f"The body holds more than {VALUES_MAXIMUM:,} values.",
        )


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, Mapping):
            waiting += [*item.keys(), *item.values()]


def _check_text(text: str) -> None:
    if "\x00" in text:
        _refuse("text_nul", "A text in the body holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse("text_encoding", "A text in the body holds half a character (a lone surrogate).")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value] # add returns None, which is the point
        _refuse("json_duplicate_key", f"The body gives the key '{twice[:60]}' twice.")
    return fields


def _constant(name: str) -> NoReturn:
    _refuse("json_number", f"The body holds {name}, which is not JSON.")


def _integer(digits: str) -> int:
    if len(digits) > DIGITS_MAXIMUM + 1 or abs(int(digits)) > INTEGER_MAXIMUM:
        _refuse("number_range", f"The body holds a whole number beyond {INTEGER_MAXIMUM}.")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        _refuse("json_number", f"The number {digits[:30]} in the body is too large.")
    return number


def _refuse(code: str, sentence: str) -> NoReturn:
    raise Malformed(HTTPStatus.BAD_REQUEST, code, sentence)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_int=_integer,
    parse_float=_fraction,
)
