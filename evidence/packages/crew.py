"""Workers of one's own, for as long as a command waits for a job."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

PING_SECONDS = 2.0
WORKERS = 2
ENDING_SECONDS = 8.0
STARTS = 6
ENDING_SIGNALS = {signal.SIGINT, signal.SIGTERM}
PARENT_DEATH_SIGNAL = 1  # of prctl(2), on Linux


def a_worker_answers() -> bool:
    """Whether a worker of this database's queue answers in time. One that is busy does not."""
    try:
        replies = current_app.control.broadcast(
            "ping",
            reply=True,
            limit=1,
            timeout=PING_SECONDS,
            pattern=f"{settings.CELERY_TASK_DEFAULT_QUEUE}-*",
            matcher="glob",  # type: ignore[arg-type] # the stubs know a function only
        )
    except (OperationalError, OSError):
        return False
    return bool(replies)


class Crew:
    """Worker processes that end with the block, whatever ends it."""

    def __init__(self) -> None:
        self._workers: list[subprocess.Popen[bytes]] = []
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.dismiss()

    def hire(self) -> None:
        """As many as there are cores, at most two; one that ended early is replaced."""
        wanted = min(WORKERS, len(os.sched_getaffinity(0)))
        self._workers = [worker for worker in self._workers if worker.poll() is None]
        while len(self._workers) < wanted and self._started < STARTS:
            with _undisturbed() as mask:
                self._workers.append(self._start(mask))

    def dismiss(self) -> None:
        """Asked to finish what is in hand; what is not gone in time is ended."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            try:
                worker.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self._workers = []

    @property
    def is_at_work(self) -> bool:
        return self._started > 0

    @property
    def is_spent(self) -> bool:
        """Whoever was hired has ended, and nobody more is."""
        return self._started >= STARTS and all(w.poll() is not None for w in self._workers)

    @property
    def why_spent(self) -> str:
        folder = settings.VAR_DIR / "log"
        return f"The workers end as soon as they begin: worker-cmd-*.log in {folder} says why."

    def _start(self, mask: set[signal.Signals]) -> subprocess.Popen[bytes]:
        self._started += 1
        name = f"cmd-{os.getpid()}-{self._started}"
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        with (settings.VAR_DIR / "log" / f"worker-{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, manage, "run_worker", "--name", name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(_begin, mask),  # noqa: PLW1509 - the command has no thread yet
            )


@contextmanager
def _undisturbed() -> Iterator[set[signal.Signals]]:
    """A signal waits until the process that is being started is known, so that it is ended too."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield {signal.Signals(number) for number in mask}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _begin(mask: set[signal.Signals]) -> None:
    """In the new process. Even where the command itself is killed, no worker stays behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
