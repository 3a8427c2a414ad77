"""Keys of change requests: `CHG-000042`, numbered without gaps."""

import re

PREFIX = "CHG-"
_PATTERN = re.compile(r"^CHG-(\d{6,})$", re.ASCII | re.IGNORECASE)


def format_key(number: int) -> str:
    return f"{PREFIX}{number:06d}"


def parse_key(text: str) -> int | None:
    """The number of a key, or None where the text is no key."""
    match = _PATTERN.match(text.strip())
    return int(match[1]) if match and len(match[1]) <= 12 else None
