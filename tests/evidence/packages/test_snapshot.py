"""What is collected is of one moment, and nobody who writes has to wait for it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from changes.models import System
from evidence.packages.snapshot import snapshot
from tests.migrated import copy_migrated
from tests.portal_processes import portal

ON_SQLITE = """
from tests.evidence.packages.test_snapshot import counts_around_a_write
print(counts_around_a_write())
"""


def counts_around_a_write() -> tuple[int, int, int]:
    """How many systems are seen before, during and after a snapshot in which one is added."""
    with snapshot():
        before = System.objects.count()
        elsewhere(lambda: System.objects.create(slug="new", name="New"))
        during = System.objects.count()
    return before, during, System.objects.count()


def elsewhere(write: Callable[[], object]) -> None:
    def run() -> None:
        write()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive(), "The writer waits for the reader."


@pytest.mark.postgres
@pytest.mark.usefixtures("committed_db")
def test_snapshot_on_postgresql() -> None:
    assert counts_around_a_write() == (0, 0, 1)


def test_snapshot_on_sqlite(tmp_path: Path) -> None:
    with portal(tmp_path) as running:
        copy_migrated(running.database)

        done = running.run("shell", "-v0", "-c", ON_SQLITE)

    assert done.stdout.strip() == "(0, 0, 1)", done.stderr
