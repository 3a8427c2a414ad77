"""A portal of its own for a test: database, files and broker in one folder, real processes."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.migrated import copy_migrated

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 180.0


@dataclass
class Portal:
    """SQLite in `folder`; the broker is one of files, or `redis_url`."""

    folder: Path
    redis_url: str = ""
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        values = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        values |= {
            "ORCA_VAR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "ORCA_JOB_STUCK_SECONDS": "5",
            "PYTHONPATH": str(ROOT),
        }
        return values | ({"REDIS_URL": self.redis_url} if self.redis_url else {})

    @property
    def database(self) -> Path:
        return self.folder / "test.sqlite3"

    @property
    def worker_log(self) -> Path:
        return self.folder / "worker.log"

    def run(
        self, *arguments: str, patience_seconds: float = PATIENCE_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=patience_seconds)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return self._start(arguments, subprocess.PIPE)

    def start_worker(self) -> subprocess.Popen[str]:
        """It tells a file what it does: one that tells a pipe stops when nobody empties that."""
        with self.worker_log.open("ab") as log:
            return self._start(["run_worker"], log)

    def _start(self, arguments: Sequence[str], output: int | IO[bytes]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment,
            stdout=output,
            stderr=output,
            text=True,
        )
        self.started.append(process)
        return process

    def fill(self, changes: int) -> None:
        """A migrated database with that many changes of 2026Q3."""
        copy_migrated(self.database)
        done = self.run("shell", "-v0", "-c", FILL.format(changes))
        assert done.returncode == 0, done.stderr

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def phase(self) -> tuple[str, str]:
        found = self.rows("SELECT state, phase FROM evidence_compilejob ORDER BY id DESC")
        return found[0] if found else ("", "")


FILL = "from tests.benchmarks.records import fill; fill({})"


@contextmanager
def portal(folder: Path, redis_url: str = "") -> Iterator[Portal]:
    """Whatever is still running at the end is ended."""
    running = Portal(folder, redis_url)
    try:
        yield running
    finally:
        for process in running.started:
            if process.poll() is None:
                process.kill()
                process.communicate()


def children_of(process: subprocess.Popen[str]) -> list[int]:
    """The workers that a command has started."""
    try:
        found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in found.split()]


def until(
    condition: Callable[[], object],
    process: subprocess.Popen[str],
    patience_seconds: float = PATIENCE_SECONDS,
) -> None:
    """Looks often; fails where the process ends, or the patience, before it is so."""
    deadline = time.monotonic() + patience_seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "It took too long."
        time.sleep(0.02)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
