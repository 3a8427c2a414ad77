"""What set a rollback off, in words: the values that were seen, the limit, the span."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from changes.vocabulary import label

# As a firing keeps it, in the order in which a person asks. The metric is the trigger's own name.
NAMES = {
    "values": "values",
    "limit": "limit",
    "span_starts_at": "from",
    "span_ends_at": "to",
    "fired_at": "fired",
}
LEFT_OUT = frozenset({"metric"})


def observed_words(observed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values; what a report calls by other names comes last, by the alphabet."""
    others = sorted(set(observed) - set(NAMES) - LEFT_OUT)
    told = [name for name in (*NAMES, *others) if name in observed]
    return [(NAMES.get(name, label(name)), _said(name, observed[name])) for name in told]


def _said(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _moment(str(value)) if name.endswith("_at") else str(value)


def _moment(text: str) -> str:
    """To the second, in UTC; as it was told where it is no moment."""
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return text
