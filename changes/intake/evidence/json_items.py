"""JSON as a stream: the values at the wanted places are built, the rest passes by.

Strict as RFC 8259 and I-JSON want it: no repeated key, no NaN, no BOM but that of UTF-8.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import ijson

from changes.intake.json_values import Unreadable

DEEPEST = 200
_OPENING = {"start_map", "start_array"}
_CLOSING = {"end_map", "end_array"}
Path = tuple[str | int | None, ...]


class Found(NamedTuple):
    """`kind` is map, array, string, number, boolean or null; a mark has no `value`."""

    path: Path
    kind: str
    value: Any


def found_in(stream: BinaryIO, *wanted: str, marks: tuple[str, ...] = ()) -> Iterator[Found]:
    """Each value at a place such as `runs.*.results.*`, where `*` stands for any key or index.

    Of a place in `marks` only its being there is told, before what is in it.
    """
    try:
        yield from _walked(stream, _by_length(wanted), _by_length(marks))
    except ijson.JSONError as error:
        reason = str(error).strip().splitlines() or ["it ends too early"]
        raise Unreadable(f"It is not JSON ({reason[0].removeprefix('parse error: ')}).") from error
    except (UnicodeError, OverflowError, ArithmeticError) as error:
        raise Unreadable("It is not JSON in UTF-8.") from error


def _by_length(places: tuple[str, ...]) -> dict[int, list[tuple[str, ...]]]:
    found: dict[int, list[tuple[str, ...]]] = {}
    for place in places:
        parts = tuple(place.split(".")) if place else ()
        found.setdefault(len(parts), []).append(parts)
    return found


def _walked(
    stream: BinaryIO,
    wanted: dict[int, list[tuple[str, ...]]],
    marks: dict[int, list[tuple[str, ...]]],
) -> Iterator[Found]:
    path: list[str | int | None] = []
    keys: list[set[str] | None] = []  # of each open object those seen; None for an array
    events = _events(stream)
    for event, value in events:
        if event == "map_key":
            _add_key(keys[-1], value)
            path[-1] = value
            continue
        if event in _CLOSING:
            path.pop()
            keys.pop()
            continue
        if keys and keys[-1] is None:
            path[-1] = int(path[-1] or 0) + 1 if path[-1] is not None else 0
        if _fits(path, marks):
            yield Found(tuple(path), event.removeprefix("start_"), None)
        if _fits(path, wanted):
            built = _built(event, value, events, len(path))
            yield Found(tuple(path), event.removeprefix("start_"), built)
        elif event in _OPENING:
            _check_depth(len(path))
            path.append(None)
            keys.append(set() if event == "start_map" else None)


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    events: Iterator[tuple[str, Any]] = ijson.basic_parse(_WithoutMark(stream))
    return events


class _WithoutMark:
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


def _fits(path: list[str | int | None], places: dict[int, list[tuple[str, ...]]]) -> bool:
    candidates = places.get(len(path))
    if not candidates:
        return False
    return any(
        all(part in ("*", step) for part, step in zip(place, path, strict=True))
        for place in candidates
    )


def _built(event: str, value: Any, events: Iterator[tuple[str, Any]], depth: int) -> Any:
    if event not in _OPENING:
        return value
    root: Any = {} if event == "start_map" else []
    open_values, keys = [root], [""]
    while open_values:
        event, value = next(events)
        if event == "map_key":
            if value in open_values[-1]:
                raise Unreadable(f"It gives the key '{value[:60]}' twice in one object.")
            keys[-1] = value
        elif event in _CLOSING:
            open_values.pop()
            keys.pop()
        else:
            made: Any = {} if event == "start_map" else [] if event == "start_array" else value
            _put(open_values[-1], keys[-1], made)
            if event in _OPENING:
                _check_depth(depth + len(open_values))
                open_values.append(made)
                keys.append("")
    return root


def _put(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container.append(value)


def _add_key(keys: set[str] | None, key: str) -> None:
    if keys is None or key in keys:
        raise Unreadable(f"It gives the key '{key[:60]}' twice in one object.")
    keys.add(key)


def _check_depth(depth: int) -> None:
    if depth >= DEEPEST:
        raise Unreadable(f"It is nested too deeply: expected at most {DEEPEST} levels.")
