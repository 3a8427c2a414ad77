"""The embedded broker: kombu's broker of files, with each message written and taken whole.

Kombu creates a message's file before it writes it, and moves it to a folder that may lie on
another filesystem to take it. A worker that looks in between reads half a message, or two
workers take the same one. Here a message appears and is taken by a rename within one folder.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

SCHEME = "files"


class Channel(filesystem.Channel):
    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4()}"
        part = folder / f"{name}.part"
        try:
            part.write_bytes(dumps(message).encode())
            part.rename(folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"The message could not be written to {folder}.") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 - kombu's
        folder, ending = Path(self.data_folder_in), f".{queue}.msg"
        # Names alone: thousands may wait, and each look goes through all of them.
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(ending))
        for name in names:
            file, taken = folder / name, folder / f"{name}.taken"
            if _renamed(file, taken):
                message = taken.read_text()
                taken.unlink()
                return loads(message)
        raise Empty

    # The table of an exchange is emptied before kombu locks it: one lock around each use.

    def get_table(self, exchange: str) -> Any:
        with self._exchanges():
            return super().get_table(exchange)

    def _queue_bind(self, *args: Any) -> None:
        with self._exchanges():
            super()._queue_bind(*args)

    def _delete(self, *args: Any, **kwargs: Any) -> None:
        with self._exchanges():
            super()._delete(*args, **kwargs)

    @contextmanager
    def _exchanges(self) -> Iterator[None]:
        with (Path(self.control_folder) / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def register() -> None:
    """Make `files://` a broker that Celery knows."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


def _renamed(old: Path, new: Path) -> bool:
    try:
        old.rename(new)
    except FileNotFoundError:
        return False
    return True
