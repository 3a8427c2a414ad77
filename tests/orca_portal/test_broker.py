"""The embedded broker: every message whole, and taken once, however many look at a time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from orca_portal import broker

WRITERS, READERS, EACH = 4, 4, 200


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    broker.register()
    for folder in ("messages", "control"):
        (tmp_path / folder).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }
    with Connection(f"{broker.SCHEME}://localhost", transport_options=options) as connection:
        yield connection.channel()


def test_message_is_taken_once_and_whole_by_one_of_many(channel: Any) -> None:
    def write(writer: int) -> None:
        for number in range(EACH):
            channel._put("work", {"message": f"{writer}-{number}", "text": "x" * 20_000})

    def read(_: int) -> list[str]:
        found: list[str] = []
        for _attempt in range(100_000):
            try:
                found.append(channel._get("work")["message"])
            except Empty:
                if written.done():
                    break
        return found

    with ThreadPoolExecutor(WRITERS + READERS + 1) as pool:
        written = pool.submit(lambda: list(pool.map(write, range(WRITERS))))
        taken = [message for part in pool.map(read, range(READERS)) for message in part]
    taken += read(0)

    assert Counter(taken) == Counter(f"{w}-{n}" for w in range(WRITERS) for n in range(EACH))


def test_message_of_another_queue_is_left_alone(channel: Any) -> None:
    channel._put("theirs", {"message": 1})

    with pytest.raises(Empty):
        channel._get("ours")
    assert channel._get("theirs") == {"message": 1}


def test_nothing_of_a_taken_message_is_left(channel: Any) -> None:
    channel._put("work", {"message": 1})
    channel._get("work")

    assert list(Path(channel.data_folder_in).iterdir()) == []


def test_exchange_may_be_bound_by_several_at_once(channel: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: channel._queue_bind("news", "", "", f"queue-{n}"), range(40)))

    assert {entry.queue for entry in channel.get_table("news")} == {f"queue-{n}" for n in range(40)}
