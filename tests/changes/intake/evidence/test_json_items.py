"""The quick reader of JSON finds what the one that goes event by event finds, however it is cut."""

import io
import json
import random
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changes.intake.evidence import json_items
from changes.intake.evidence.json_events import found_by_events
from changes.intake.evidence.json_items import found_in
from changes.intake.evidence.json_places import Found, places_of
from changes.intake.json_values import Unreadable

WANTED, MARKS = ("runs.*.results.*", "version", "runs.*.tool"), ("runs", "runs.*.results")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
NUMBERS = st.integers(-(10**12), 10**12) | st.decimals(-999, 999, places=3).map(float)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)
RUNS = st.fixed_dictionaries(
    {}, optional={"results": st.lists(VALUES, max_size=9), "tool": VALUES, "more": VALUES}
)
LOGS = st.fixed_dictionaries(
    {}, optional={"version": VALUES, "runs": st.lists(RUNS | VALUES, max_size=4), "x": VALUES}
)


def quickly(data: bytes, chunk: int = 1 << 18, longest: int = 1 << 23) -> list[Found]:
    with (
        patch.object(json_items, "CHUNK", chunk),
        patch.object(json_items, "LONGEST", longest),
    ):
        return list(found_in(io.BytesIO(data), *WANTED, marks=MARKS))


def by_events(data: bytes) -> list[Found]:
    return list(found_by_events(io.BytesIO(data), places_of(*WANTED), places_of(*MARKS)))


@settings(max_examples=60, deadline=None)
@given(
    log=LOGS | VALUES,
    chunk=st.integers(1, 40),
    longest=st.sampled_from([1, 16, 1 << 20]),
    indent=st.sampled_from([None, 1]),
    is_ascii=st.booleans(),
)
def test_same_is_found_however_it_is_cut(
    log: Any, chunk: int, longest: int, indent: int | None, *, is_ascii: bool
) -> None:
    data = json.dumps(log, indent=indent, ensure_ascii=is_ascii).encode()

    assert quickly(data, chunk, longest) == by_events(data)


@settings(max_examples=60, deadline=None)
@given(log=LOGS, seed=st.integers(0, 999), chunk=st.integers(1, 40))
def test_what_is_broken_is_refused_by_both(log: Any, seed: int, chunk: int) -> None:
    data = bytearray(json.dumps(log, ensure_ascii=False).encode())
    chance = random.Random(seed)
    data[chance.randrange(len(data))] = chance.choice(b'{}[]",:0\\x ')

    assert outcome(quickly, bytes(data), chunk) == outcome(by_events, bytes(data))


def outcome(read: Any, *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except (Unreadable, UnicodeError):
        return "refused"


@pytest.mark.parametrize("depth", [199, 200, 201, 5_000, 100_000])
@pytest.mark.parametrize("place", ['{"runs":[{"results":[%s]}]}', '{"x":%s}', "%s"])
def test_depth_is_the_same_for_both(depth: int, place: str) -> None:
    levels = depth - place.count("[") - place.count("{")
    data = (place % ("[" * levels + "]" * levels)).encode()

    assert (outcome(quickly, data) == "refused") is (depth > 200)
    assert (outcome(by_events, data) == "refused") is (depth > 200)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"x":{"a":1,"a":2}}', id="passed by"),
        pytest.param('{"runs":[{"results":[{"a":{"b":1,"b":1}}]}]}', id="wanted"),
        pytest.param('{"runs":[],"runs":[]}', id="on the way"),
        pytest.param('{"x":NaN}', id="NaN"),
        pytest.param('{"runs":[{"results":[-Infinity]}]}', id="an infinity"),
        pytest.param('{"version":"\\ud800"}', id="half a character"),
        pytest.param('{"x":1} {}', id="two values"),
        pytest.param('{"x":' + "9" * 5000 + "}", id="too many digits"),
        pytest.param('{"x":"\n"}', id="a control character"),
        pytest.param('{"x":01}', id="a leading zero"),
        pytest.param("", id="nothing"),
    ],
)
def test_strictness(text: str) -> None:
    with pytest.raises(Unreadable):
        quickly(text.encode())


def test_fractions_keep_their_digits() -> None:
    found = quickly(b'{"runs":[{"results":[0.1, 1e400, 9.80]}]}')

    assert [f.value for f in found if f.kind == "number"] == [
        Decimal("0.1"),
        Decimal("1E+400"),
        Decimal("9.80"),
    ]


@pytest.mark.parametrize("number", ["12345", "-2.5", "1e5", "1E+05", "0.25e-1"])
@pytest.mark.parametrize(
    "place", ['{"version":%s}', '{"x":[%s]}', '{"runs":[{"results":[%s,%s]}]}']
)
def test_number_at_the_edge_of_the_window(number: str, place: str) -> None:
    data = place.replace("%s", number).encode()

    for chunk in range(1, len(data)):
        assert quickly(data, chunk) == by_events(data)
