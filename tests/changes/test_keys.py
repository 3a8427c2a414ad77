import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.keys import format_key, parse_key


@pytest.mark.parametrize(
    ("number", "key"),
    [(1, "CHG-000001"), (42, "CHG-000042"), (999_999, "CHG-999999"), (1_000_000, "CHG-1000000")],
)
def test_key_has_six_digits_or_more(number: int, key: str) -> None:
    assert format_key(number) == key


@given(st.integers(1, 999_999_999_999))
def test_key_is_read_as_it_was_written(number: int) -> None:
    assert parse_key(format_key(number)) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("chg-000042", 42, id="lower case"),
        pytest.param("  CHG-000042\n", 42, id="white space around"),
        pytest.param("CHG-42", None, id="too few digits"),
        pytest.param("CHG-", None, id="no digits"),
        pytest.param("", None, id="empty"),
        pytest.param("000042", None, id="no prefix"),
        pytest.param("CHG-00004२", None, id="a digit of another script"),
        pytest.param("CHG-000042; DROP TABLE", None, id="more after it"),
        pytest.param("CHG-" + "9" * 13, None, id="too many digits"),
        pytest.param("CHG-" + "9" * 5000, None, id="far too many digits"),
    ],
)
def test_key_is_read_from_what_people_type(text: str, expected: int | None) -> None:
    assert parse_key(text) == expected
