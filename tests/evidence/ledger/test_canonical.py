import json
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.ledger.canonical import canonical, digest_of, sha256_hex, utc_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"b": 1, "a": 2}, b'{"a":2,"b":1}', id="keys are sorted"),
        pytest.param(
            {"\ufb33": 1, "\U0001f600": 2},
            '{"\U0001f600":2,"\ufb33":1}'.encode(),
            id="keys are sorted as UTF-16",
        ),
        pytest.param([1, None, True, ""], b'[1,null,true,""]', id="no white space"),
        pytest.param("Größe", '"Größe"'.encode(), id="letters stay letters"),
        pytest.param("\u0007\n", b'"\\u0007\\n"', id="control characters are escaped"),
        pytest.param(2**53 - 1, b"9007199254740991", id="the largest exact number"),
        pytest.param({}, b"{}", id="nothing"),
    ],
)
def test_canonical_json_has_one_form(value: Any, expected: bytes) -> None:
    assert canonical(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(math.nan, id="not a number"),
        pytest.param(math.inf, id="infinity"),
        pytest.param(2**53, id="a number that is not exact everywhere"),
        pytest.param("\ud800", id="half a character"),
        pytest.param(datetime(2026, 1, 1, tzinfo=UTC), id="a time"),
        pytest.param({1: "a"}, id="a key that is no text"),
    ],
)
def test_canonical_json_refuses_what_it_cannot_carry(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_is_read_as_it_was(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(JSON)
def test_digest_is_that_of_the_canonical_bytes(value: Any) -> None:
    assert digest_of(value) == sha256_hex(canonical(json.loads(canonical(value))))


def test_time_is_written_in_utc_with_microseconds() -> None:
    at = datetime(2026, 7, 14, 9, 30, tzinfo=timezone(timedelta(hours=-7)))

    assert utc_text(at) == "2026-07-14T16:30:00.000000Z"


def test_time_of_an_early_year_keeps_four_digits() -> None:
    assert utc_text(datetime(970, 1, 1, tzinfo=UTC)) == "0970-01-01T00:00:00.000000Z"
