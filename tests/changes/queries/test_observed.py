"""What set a rollback off, in words."""

from changes.queries.observed import observed_words


def test_a_firing_is_told_in_the_order_in_which_a_person_asks() -> None:
    observed = {
        "fired_at": "2026-08-25T18:01:00+00:00",
        "limit": "1.5",
        "metric": "error_rate",
        "span_ends_at": "2026-08-25T18:01:00+00:00",
        "span_starts_at": "2026-08-25T17:56:00+00:00",
        "values": ["2.49", "3.14"],
    }

    assert observed_words(observed) == [
        ("values", "2.49, 3.14"),
        ("limit", "1.5"),
        ("from", "2026-08-25 17:56:00 UTC"),
        ("to", "2026-08-25 18:01:00 UTC"),
        ("fired", "2026-08-25 18:01:00 UTC"),
    ]


def test_what_a_report_calls_otherwise_is_kept_and_comes_last() -> None:
    observed = {"seen_at": "just now", "error_rate_percent": 2.5, "limit": 1.5}

    assert observed_words(observed) == [
        ("limit", "1.5"),
        ("error rate percent", "2.5"),
        ("seen at", "just now"),
    ]


def test_nothing_observed_has_no_words() -> None:
    assert observed_words({}) == []
