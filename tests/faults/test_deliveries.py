"""None lost and none doubled: workers killed, a broker that is gone, ten times the same."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.faults.hook_portal import HookPortal, Posting, free_port, hook_portal, postings
from tests.own_redis import SERVER, own_redis
from tests.portal_processes import PATIENCE_SECONDS, kill, until

# Posted after each restart of Redis.
FURTHER = 5
NOBODY_LISTENS = "redis://127.0.0.1:1/0"
WITH_REDIS = pytest.param(
    True,
    id="redis",
    marks=[
        pytest.mark.redis,
        pytest.mark.skipif(SERVER is None, reason="redis-server is not installed"),
    ],
)


@pytest.fixture(params=[pytest.param(False, id="filesystem"), WITH_REDIS])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HookPortal]:
    with ExitStack() as stack:
        redis = stack.enter_context(own_redis(free_port())) if request.param else None
        portal = hook_portal(tmp_path / "var", redis.url if redis else "")
        found = stack.enter_context(portal)
        found.redis = redis
        yield found


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


def hears(running: HookPortal, posted: list[Posting]) -> bool:
    """The worker takes what is posted now, without being started again."""
    keys = ", ".join(f"'{posting.key}'" for posting in posted)
    rows = running.portal.rows(
        "SELECT count(*) FROM changes_deliveryjob j"
        " JOIN changes_delivery d ON d.id = j.delivery_id"
        f" WHERE d.delivery_id IN ({keys}) AND j.state = 'handled'"
    )
    return bool(rows[0][0])


def further_of(running: HookPortal, kills: int) -> int:
    return FURTHER * kills if running.redis else 0


def play(running: HookPortal, distinct: int, kills: int) -> Counter[int]:
    """A fifth of all is sent twice; the worker is killed in the middle, more than once. Where
    there is a Redis, it is killed as well and comes back empty, under a worker that goes on.
    """
    posted = postings(distinct)
    chance = random.Random(42)
    posted += chance.sample(posted, distinct // 4)
    chance.shuffle(posted)
    patience = PATIENCE_SECONDS * max(1, distinct // 1_000)
    with ThreadPoolExecutor(1) as background:
        answers = background.submit(running.send, posted)
        for number in range(kills):
            worker = running.work()
            due = distinct * (number + 1) // (kills + 2)
            until(partial(has_handled, running, due), worker, patience)
            if running.redis:
                running.redis.restart(after_seconds=1.0)
                further = postings(distinct + FURTHER * (number + 1))[-FURTHER:]
                assert running.send(further) == {202: FURTHER}
                until(partial(hears, running, further), worker, patience)
                running.wake()
            kill(worker.pid)
            worker.wait()
        given = answers.result()
    running.sweep(patience)
    return given


def test_400_deliveries_by_8_senders_while_the_worker_is_killed(running: HookPortal) -> None:
    answers = play(running, 320, 2)

    assert answers == {202: 320, 200: 80}
    assert_each_exactly_once(running, 320 + further_of(running, 2))


@pytest.mark.long
def test_10000_deliveries_by_8_senders_while_the_worker_is_killed(running: HookPortal) -> None:
    answers = play(running, 8_000, 5)

    assert answers == {202: 8_000, 200: 2_000}
    assert_each_exactly_once(running, 8_000 + further_of(running, 5))


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
