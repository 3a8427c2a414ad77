"""None lost and none doubled: workers killed, a broker that is gone, ten times the same."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.faults.hook_portal import HookPortal, hook_portal, postings
from tests.portal_processes import kill, until

REDIS_URL = os.environ.get("ORCA_TEST_REDIS_URL", "")
NOBODY_LISTENS = "redis://127.0.0.1:1/0"
WITH_REDIS = pytest.param(
    REDIS_URL,
    id="redis",
    marks=[
        pytest.mark.redis,
        pytest.mark.skipif(not REDIS_URL, reason="ORCA_TEST_REDIS_URL is not set"),
    ],
)


@pytest.fixture(params=[pytest.param("", id="filesystem"), WITH_REDIS])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HookPortal]:
    with hook_portal(tmp_path / "var", request.param) as portal:
        yield portal


def assert_each_exactly_once(running: HookPortal, distinct: int) -> None:
    count = {
        table: running.portal.rows(f"SELECT count(*) FROM {table}")[0][0]
        for table in ("changes_delivery", "changes_deliveryjob", "changes_commit")
    }
    assert running.states() == {"handled": distinct}
    assert set(count.values()) == {distinct}
    events = running.portal.rows(
        "SELECT type, count(*) FROM evidence_event"
        " WHERE type IN ('delivery.handled', 'commit.recorded') GROUP BY type"
    )
    assert dict(events) == {"delivery.handled": distinct, "commit.recorded": distinct}


def has_handled(running: HookPortal, count: int) -> bool:
    return running.states().get("handled", 0) >= count


def play(running: HookPortal, distinct: int, kills: int) -> Counter[int]:
    """A fifth of all is sent twice; the worker is killed in the middle, more than once."""
    posted = postings(distinct)
    chance = random.Random(42)
    posted += chance.sample(posted, distinct // 4)
    chance.shuffle(posted)
    with ThreadPoolExecutor(1) as background:
        answers = background.submit(running.send, posted)
        for number in range(kills):
            worker = running.work()
            due = distinct * (number + 1) // (kills + 2)
            until(partial(has_handled, running, due), worker)
            kill(worker.pid)
            worker.communicate()
        given = answers.result()
    running.sweep()
    return given


def test_400_deliveries_by_8_senders_while_the_worker_is_killed(running: HookPortal) -> None:
    answers = play(running, 320, 2)

    assert answers == {202: 320, 200: 80}
    assert_each_exactly_once(running, 320)


@pytest.mark.long
def test_10000_deliveries_by_8_senders_while_the_worker_is_killed(running: HookPortal) -> None:
    answers = play(running, 8_000, 5)

    assert answers == {202: 8_000, 200: 2_000}
    assert_each_exactly_once(running, 8_000)


def test_tenfold_redelivery_is_one_delivery(running: HookPortal) -> None:
    posted = postings(20)

    answers = running.send(posted * 10)
    running.sweep()
    again = running.send(posted)

    assert answers == {202: 20, 200: 180}
    assert again == {200: 20}
    assert_each_exactly_once(running, 20)


def test_broker_that_is_gone_loses_nothing(tmp_path: Path) -> None:
    with hook_portal(tmp_path / "var", NOBODY_LISTENS) as running:
        answers = running.send(postings(20))
        waiting = running.states()
        running.sweep()

        assert (answers, waiting) == ({202: 20}, {"waiting": 20})
        assert_each_exactly_once(running, 20)
