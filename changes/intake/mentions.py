"""Which change request a text names, and which of several texts counts."""

import re

from changes.keys import parse_key

# A key within a word is none: XCHG-000042 or CHG-0000421 with a letter behind it.
_KEY = re.compile(r"(?<![A-Za-z0-9])CHG-[0-9]{6,12}(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
_TRAILER = re.compile(
    r"^(?:change|change-request|refs?|fixes|closes)\s*:\s*.*$", re.IGNORECASE | re.MULTILINE
)


def named_in(text: str | None) -> int | None:
    """The number of the first key in a text; a trailer counts before the words above it."""
    if not text:
        return None
    trailers = " ".join(_TRAILER.findall(text))
    for part in (trailers, text):
        for match in _KEY.finditer(part):
            if number := parse_key(match[0]):
                return number
    return None


def first_named(*texts: str | None) -> int | None:
    """By the first of the texts that names one: branch, title, body, in this order."""
    return next((number for text in texts if (number := named_in(text))), None)
