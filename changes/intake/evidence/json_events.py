"""JSON event by event: slow, and for values of any length. See `json_items`."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson

from changes.intake.evidence.json_places import Found, Places, WithoutMark, check_depth, fits
from changes.intake.json_values import Unreadable

_OPENING = {"start_map", "start_array"}
_CLOSING = {"end_map", "end_array"}


def found_by_events(stream: BinaryIO, wanted: Places, marks: Places) -> Iterator[Found]:
    """As `json_items.found_in` finds them."""
    try:
        yield from _walked(stream, wanted, marks)
    except ijson.JSONError as error:
        reason = str(error).strip().splitlines() or ["it ends too early"]
        raise Unreadable(f"It is not JSON ({reason[0].removeprefix('parse error: ')}).") from error


def _walked(
    stream: BinaryIO,
    wanted: Places,
    marks: Places,
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
        if fits(path, marks):
            yield Found(tuple(path), event.removeprefix("start_"), None)
        if fits(path, wanted):
            built = _built(event, value, events, len(path))
            yield Found(tuple(path), event.removeprefix("start_"), built)
        elif event in _OPENING:
            check_depth(len(path))
            path.append(None)
            keys.append(set() if event == "start_map" else None)


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    events: Iterator[tuple[str, Any]] = ijson.basic_parse(WithoutMark(stream))
    return events


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
                check_depth(depth + len(open_values))
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
