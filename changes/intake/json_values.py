"""Strict values of one JSON object: what cannot be kept exactly is refused with a sentence."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from changes.intake.strict_json import NotStrict, decoded

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER = timedelta(minutes=5)
COUNT_MAXIMUM = 2**31 - 1
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Unreadable(ValueError):
    """A value cannot be used; `str()` is the sentence that says why."""


def read_object(data: bytes, *, maximum: int) -> dict[str, Any]:
    """One JSON object from UTF-8, read as strictly as the bodies of requests."""
    if len(data) > maximum:
        raise Unreadable(f"It is longer than {maximum} bytes.")
    try:
        value = decoded(data.decode("utf-8-sig"), named="It")
    except UnicodeDecodeError as error:
        raise Unreadable(f"It is not UTF-8 (byte {error.start + 1}).") from error
    except NotStrict as error:
        raise Unreadable(str(error)) from error
    if not isinstance(value, dict):
        raise Unreadable("It is JSON, but not an object in braces.")
    return value


def text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise Unreadable(f"Its '{key}' is {_kind(value)}, not text.")
    if "\x00" in value:
        raise Unreadable(f"Its '{key}' holds a NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Unreadable(f"Its '{key}' holds half a character (a lone surrogate).") from error
    return value


def revision(value: object, key: str) -> str:
    """A full commit id in lower case: 40 hexadecimal digits, or 64 where git uses SHA-256."""
    lowered = value.lower() if isinstance(value, str) else ""
    if not _SHA.fullmatch(lowered):
        raise Unreadable(f"Its '{key}' is not a commit id of 40 or 64 hexadecimal digits.")
    return lowered


def count(fields: Mapping[str, Any], key: str) -> int | None:
    """A whole number from 0, or None where the source does not say."""
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(f"Its '{key}' is {_kind(value)}, not a whole number.")
    if not 0 <= value <= COUNT_MAXIMUM:
        raise Unreadable(f"Its '{key}' is not a number from 0 to {COUNT_MAXIMUM}.")
    return value


def instant(fields: Mapping[str, Any], key: str, now: datetime) -> datetime:
    """A moment in UTC, from ISO 8601 with a time zone."""
    stated = text(fields, key)
    try:
        at = datetime.fromisoformat(stated)
        offset = at.utcoffset()
        at = at.astimezone(UTC) if offset is not None else at
    except (ValueError, OverflowError) as error:
        raise Unreadable(
            f"Its '{key}' is not a time: expected ISO 8601, such as 2025-07-01T13:36:54+02:00."
        ) from error
    if offset is None:
        raise Unreadable(f"Its '{key}' has no time zone: expected Z or an offset at the end.")
    return possible(at, key, now)


def possible(at: datetime, key: str, now: datetime) -> datetime:
    """The same moment. Refused before 1970, and in the future but for clocks that differ."""
    if at < EARLIEST:
        raise Unreadable(f"Its '{key}' is before 1970.")
    if at > now + CLOCKS_MAY_DIFFER:
        raise Unreadable(f"Its '{key}' is in the future.")
    return at


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
    return "an object"
