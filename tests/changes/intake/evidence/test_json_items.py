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

from changes.intake.evidence import json_window
from changes.intake.evidence.json_events import found_by_events
from changes.intake.evidence.json_items import found_in
from changes.intake.evidence.json_places import MANY, Found, places_of
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
        patch.object(json_window, "CHUNK", chunk),
        patch.object(json_window, "LONGEST", longest),
    ):
        return list(found_in(io.BytesIO(data), *WANTED, marks=MARKS))


def flat(data: bytes, chunk: int = 1 << 18) -> tuple[Any, ...]:
    """What is told of results: those told alone, what stands in the many, and how many they are."""
    deep = {WANTED[0]: frozenset({"deep"})}
    with patch.object(json_window, "CHUNK", chunk):
        found = list(found_in(io.BytesIO(data), *WANTED, marks=MARKS, flat=deep))
    many = [value for each in found if each.kind == MANY for value in each.value]
    alone = [each for each in found if each.kind != MANY]
    return many, [each for each in alone if len(each.path) == 4], alone


def by_events(data: bytes) -> list[Found]:
    return list(found_by_events(io.BytesIO(data), places_of(*WANTED), places_of(*MARKS)))


@settings(max_examples=40, deadline=None)
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


@settings(max_examples=40, deadline=None)
@given(log=LOGS, seed=st.integers(0, 999), chunk=st.integers(1, 40))
def test_what_is_broken_is_refused_by_both(log: Any, seed: int, chunk: int) -> None:
    data = bytearray(json.dumps(log, ensure_ascii=False).encode())
    chance = random.Random(seed)
    data[chance.randrange(len(data))] = chance.choice(b'{}[]",:0\\x ')

    assert outcome(quickly, bytes(data), chunk) == outcome(by_events, bytes(data))


RESULTS = st.lists(
    st.dictionaries(st.sampled_from(["deep", "a", "b", "\u00e9"]), VALUES, max_size=4) | VALUES,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(results=RESULTS, chunk=st.integers(1, 400), indent=st.sampled_from([None, 1]))
def test_flat_reading_tells_the_same_of_each(
    results: list[Any], chunk: int, indent: int | None
) -> None:
    data = json.dumps({"runs": [{"results": results}]}, indent=indent).encode()
    expected = [found.value for found in by_events(data) if len(found.path) == 4]

    many, whole, _ = flat(data, chunk)

    assert all("deep" not in value for value in many)
    told = [flattened(value) for value in many + [found.value for found in whole]]
    assert sorted(told) == sorted(map(flattened, expected))


def flattened(value: Any) -> str:
    """As it reads without what stands in braces within it."""
    if isinstance(value, dict) and "deep" not in value:
        value = {name: without_objects(inner) for name, inner in value.items()}
    return json.dumps(value, sort_keys=True, default=str)


def without_objects(value: Any) -> Any:
    if isinstance(value, list):
        return [without_objects(item) for item in value]
    return None if isinstance(value, dict) else value


@settings(max_examples=40, deadline=None)
@given(log=LOGS, seed=st.integers(0, 999), chunk=st.integers(1, 400))
def test_flat_reading_refuses_what_is_broken(log: Any, seed: int, chunk: int) -> None:
    data = bytearray(json.dumps(log, ensure_ascii=False).encode())
    chance = random.Random(seed)
    data[chance.randrange(len(data))] = chance.choice(b'{}[]",:0\\x ')

    is_refused = outcome(flat, bytes(data), chunk) == "refused"
    assert is_refused is (outcome(by_events, bytes(data)) == "refused")


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
    assert (outcome(flat, data) == "refused") is (depth > 200)
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
    with pytest.raises(Unreadable):
        flat(text.encode())


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
