"""Fields of a payload by their path: what is missing or of another kind has a sentence."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import urlsplit

from changes.intake.bodies import Malformed

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SPACED_OFFSET = re.compile(r" ([+-]\d\d:?\d\d)$")
ZERO_TIME = "0001-01-01"
COUNT_MAXIMUM = 2**53 - 1


@dataclass(frozen=True)
class Fields:
    """An object of a payload, and where it stands in it."""

    values: Mapping[str, Any]
    path: str = ""

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def object(self, key: str) -> "Fields":
        value = self._needed(key)
        if not isinstance(value, Mapping):
            self._refuse(key, "is not an object")
        return Fields(value, self._where(key))

    def maybe_object(self, key: str) -> "Fields | None":
        return self.object(key) if self.has(key) else None

    def objects(self, key: str) -> "Iterator[Fields]":
        """Of a list; nothing where the list is missing."""
        values = self.values.get(key)
        if values is None:
            return
        if not isinstance(values, list):
            self._refuse(key, "is not a list")
        for number, value in enumerate(values):
            if not isinstance(value, Mapping):
                self._refuse(f"{key}[{number}]", "is not an object")
            yield Fields(value, self._where(f"{key}[{number}]"))

    def text(self, key: str) -> str:
        value = self._needed(key)
        if not isinstance(value, str):
            self._refuse(key, "is not text")
        return value

    def maybe_text(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.values.get(key) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self._refuse(key, "is not a list of texts")
        return tuple(values)

    def number(self, key: str) -> int:
        value = self._needed(key)
        if not isinstance(value, int) or isinstance(value, bool):
            self._refuse(key, "is not a whole number")
        if not 0 <= value <= COUNT_MAXIMUM:
            self._refuse(key, "is no number from 0 on")
        return value

    def maybe_number(self, key: str) -> int | None:
        return self.number(key) if self.has(key) else None

    def maybe_flag(self, key: str) -> bool | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            self._refuse(key, "is neither true nor false")
        return value

    def sha(self, key: str) -> str:
        value = self.text(key).lower()
        if not _SHA.fullmatch(value):
            self._refuse(key, "is not a commit id of 40 or 64 hexadecimal digits")
        return value

    def maybe_sha(self, key: str) -> str | None:
        return self.sha(key) if self.values.get(key) else None

    def instant(self, key: str) -> datetime:
        """From ISO 8601 with a zone, as GitLab writes it, or from seconds since 1970."""
        value = self._needed(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._of_seconds(key, value)
        text = self.text(key).strip().replace(" UTC", "+00:00")
        try:
            at = datetime.fromisoformat(_SPACED_OFFSET.sub(r"\1", text))
            if at.tzinfo is None:
                self._refuse(key, "has no time zone")
            return at.astimezone(UTC)
        except (ValueError, OverflowError):
            self._refuse(key, "is not a time")

    def maybe_instant(self, key: str) -> datetime | None:
        """None also for the zero time, by which Go says that there is none."""
        value = self.values.get(key)
        if not value or (isinstance(value, str) and value.startswith(ZERO_TIME)):
            return None
        return self.instant(key)

    def milliseconds(self, key: str) -> datetime:
        return self._of_seconds(key, self.number(key) / 1000)

    def _of_seconds(self, key: str, seconds: float) -> datetime:
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            self._refuse(key, "is not a time")

    def _needed(self, key: str) -> Any:
        value = self.values.get(key)
        if value is None:
            self._refuse(key, "is missing")
        return value

    def _where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _refuse(self, key: str, what: str) -> NoReturn:
        sentence = f"Its '{self._where(key)}' {what}."
        raise Malformed(HTTPStatus.UNPROCESSABLE_ENTITY, "field", sentence)


def host_of(url: str, otherwise: str) -> str:
    """The host of an address, with its port where it names one."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower() or otherwise
    except ValueError:
        return otherwise
