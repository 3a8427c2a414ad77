"""Values as canonical JSON carries them exactly, and instants read back from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evidence.ledger.records import plain

# Above this, JSON readers that use doubles no longer tell two integers apart.
LARGEST_EXACT = 2**53 - 1


def exact(value: Any) -> Any:
    """The same values as text, integers, booleans, lists and objects. A number too large for
    JSON becomes text.
    """
    match value:
        case dict():
            return {str(key): exact(item) for key, item in value.items()}
        case list() | tuple():
            return [exact(item) for item in value]
        case bool():
            return value
        case int() if abs(value) > LARGEST_EXACT:
            return str(value)
        case str():
            return str.__str__(value).encode("utf-8", "replace").decode()
    return plain(value)


def pairs(values: Mapping[str, Any]) -> list[list[Any]]:
    """Names and values in an order that every database keeps: PostgreSQL sorts the keys of JSON
    in its own way.
    """
    return [[name, values[name]] for name in sorted(values)]


def instant(text: str | None) -> datetime | None:
    """An instant as `exact` wrote it."""
    return datetime.fromisoformat(text) if text else None


def iso(text: str | None) -> str:
    """ISO 8601 in UTC with Z, without a fraction where it is nought; empty for no instant."""
    at = instant(text)
    if at is None:
        return ""
    return at.replace(tzinfo=None).isoformat() + "Z"
