"""Places in a JSON document, and what is found at them."""

from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

from changes.intake.json_values import Unreadable

DEEPEST = 200
MANY = "many"
Path = tuple[str | int | None, ...]
# Of each length; `*` stands for any key or index.
Places = dict[int, list[tuple[str, ...]]]


class Found(NamedTuple):
    """`kind` is map, array, string, number, boolean or null, or `MANY`; a mark has no `value`."""

    path: Path
    kind: str
    value: Any


def places_of(*texts: str) -> Places:
    found: Places = {}
    for text in texts:
        parts = tuple(text.split(".")) if text else ()
        found.setdefault(len(parts), []).append(parts)
    return found


def fits(path: Sequence[str | int | None], places: Places) -> bool:
    candidates = places.get(len(path))
    if not candidates:
        return False
    return any(
        all(part in ("*", step) for part, step in zip(place, path, strict=True))
        for place in candidates
    )


def leads_to(path: Sequence[str | int | None], places: Places) -> bool:
    """Whether one of the places is within what stands there."""
    return any(
        all(part in ("*", step) for part, step in zip(place, path, strict=False))
        for length, some in places.items()
        if length > len(path)
        for place in some
    )


class WithoutMark:
    """The stream without UTF-8's byte order mark, which editors on Windows put in front."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.is_first = True

    def read(self, size: int = -1) -> bytes:
        if size == 0:  # ijson asks in this way whether it gets bytes
            return b""
        data = self.stream.read(size)
        if self.is_first:
            self.is_first = False
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise Unreadable("It is in UTF-16: expected JSON in UTF-8.")
            data = data.removeprefix(b"\xef\xbb\xbf") or self.stream.read(size)
        return data


def check_depth(depth: int) -> None:
    if depth >= DEEPEST:
        raise Unreadable(f"It is nested too deeply: expected at most {DEEPEST} levels.")
