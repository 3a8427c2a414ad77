import time

import pytest

from evidence.ledger.event_ids import next_event_id


def test_ids_rise_in_the_order_of_their_making() -> None:
    made = [next_event_id() for _ in range(10_000)]

    assert made == sorted(set(made))


def test_ids_rise_while_the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    standing = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: standing)
    made = [next_event_id() for _ in range(100)]

    assert made == sorted(set(made))


def test_id_is_a_uuid_of_version_7_that_tells_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = next_event_id()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 >= before
