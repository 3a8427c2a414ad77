from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.quarters import Quarter, QuarterError, parse_quarter, quarter_of

MOMENT = timedelta(microseconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026Q1", "2026-01-01T00:00+00:00", "2026-04-01T00:00+00:00"),
        ("2026Q3", "2026-07-01T00:00+00:00", "2026-10-01T00:00+00:00"),
        ("2026Q4", "2026-10-01T00:00+00:00", "2027-01-01T00:00+00:00"),
    ],
)
def test_quarter_lasts_three_months(text: str, start: str, end: str) -> None:
    quarter = parse_quarter(text)

    assert (quarter.start, quarter.end, str(quarter)) == (at(start), at(end), text)


def test_quarter_holds_its_start_and_not_its_end() -> None:
    quarter = parse_quarter("2026Q3")

    moments = (quarter.start - MOMENT, quarter.start, quarter.end - MOMENT, quarter.end)

    assert [quarter.contains(m) for m in moments] == [False, True, True, False]


def test_quarter_is_open_until_its_end() -> None:
    quarter = parse_quarter("2026Q3")

    assert [quarter.is_open(now) for now in (quarter.end - MOMENT, quarter.end)] == [True, False]


def test_quarter_is_that_of_the_reporting_time_zone() -> None:
    quarter = parse_quarter("2026Q3", "America/Los_Angeles")

    assert (quarter.start, quarter.end) == (
        at("2026-07-01T07:00+00:00"),
        at("2026-10-01T07:00+00:00"),
    )


def test_quarter_across_a_change_of_clocks_is_an_hour_longer_or_shorter() -> None:
    first, fourth = (parse_quarter(f"2026Q{n}", "America/Los_Angeles") for n in (1, 4))

    assert (first.end - first.start, fourth.end - fourth.start) == (
        timedelta(days=90) - timedelta(hours=1),
        timedelta(days=92) + timedelta(hours=1),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("2026Q5", "2026Q0", "Q3", "", "2026", "2026-Q3", "2026q3", " 2026Q3", "2026Q3\n"),
        *("26Q3", "1969Q4", "3000Q1", "0000Q1", "\u0662\u0660\u0662\u0666Q3", "2026Q33"),
        "x" * 10_000,
    ],
)
def test_text_that_names_no_quarter_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(QuarterError, match="is not a quarter: expected a year, Q and 1 to 4"):
        parse_quarter(text)


@given(st.integers(1, 32_503_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_quarter_of_an_instant_holds_it_and_its_neighbours_do_not(instant: datetime) -> None:
    for zone in ("UTC", "America/Los_Angeles", "Asia/Kolkata"):
        quarter = quarter_of(instant, zone)

        assert quarter.contains(instant)
        assert not quarter.previous.contains(instant)
        assert not quarter.next.contains(instant)


def test_quarters_follow_one_another_across_the_year() -> None:
    assert (Quarter(2026, 4).next, Quarter(2026, 1).previous) == (
        Quarter(2027, 1),
        Quarter(2025, 4),
    )
