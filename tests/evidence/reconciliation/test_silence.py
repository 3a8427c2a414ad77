from datetime import date

import pytest

from evidence.reconciliation.silence import Silence, silent_spans

FIRST, END = date(2026, 7, 1), date(2026, 7, 6)


def days(*numbers: int) -> set[date]:
    return {date(2026, 7, number) for number in numbers}


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        pytest.param(days(1, 2, 3, 4, 5), [], id="every day"),
        pytest.param(days(), [(1, 5)], id="never"),
        pytest.param(days(1, 5), [(2, 4)], id="in between"),
        pytest.param(days(2, 4), [(1, 1), (3, 3), (5, 5)], id="every other day"),
        pytest.param({date(2026, 6, 30), date(2026, 7, 6)}, [(1, 5)], id="outside"),
    ],
)
def test_spans(news: set[date], expected: list[tuple[int, int]]) -> None:
    spans = [
        (s.first_day.day, s.last_day.day)
        for s in silent_spans("web", FIRST, END, news)
        if s.first_day and s.last_day
    ]

    assert spans == expected


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 7, 1), date(2026, 7, 1), "1 Jul"),
        (date(2026, 7, 1), date(2026, 7, 3), "1 to 3 Jul"),
        (date(2026, 7, 31), date(2026, 8, 2), "31 Jul to 2 Aug"),
    ],
)
def test_short_span(first: date, last: date, words: str) -> None:
    assert Silence("web", "news", first, last).short_span == words


def test_no_day_is_over_yet() -> None:
    assert list(silent_spans("web", FIRST, FIRST, set())) == []


@pytest.mark.parametrize(
    ("silence", "days", "sentence"),
    [
        (Silence("web", "deployments"), 0, "web: no source reports deployments to production."),
        (Silence("web", "news", FIRST, FIRST), 1, "web: no news on 2026-07-01."),
        (
            Silence("web", "news", FIRST, date(2026, 7, 3)),
            3,
            "web: no news from 2026-07-01 to 2026-07-03 (3 days).",
        ),
    ],
)
def test_sentence(silence: Silence, days: int, sentence: str) -> None:
    assert (silence.days, silence.sentence) == (days, sentence)
