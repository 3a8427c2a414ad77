"""kill -9 in the middle of sealing, while others write: no gap, no fork, and nothing twice."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.migrated import copy_migrated
from tests.portal_processes import ROOT, Portal, kill

PATIENCE_SECONDS = 180
IN_THE_MIDDLE = ('INSERT INTO "evidence_leaf"', 'DELETE FROM "evidence_waitingevent"')
LEAVES = (
    'SELECT min("index"), max("index") + 1, count(*), count(DISTINCT event_id) FROM evidence_leaf'
)
Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def sqlite(tmp_path: Path) -> tuple[dict[str, str], Rows]:
    """The environment of processes on a database of their own, and a way to look into it."""
    own = Portal(tmp_path)
    copy_migrated(own.database)
    return own.environment, own.rows


@pytest.fixture
def postgresql(tmp_path: Path, committed_db: None) -> tuple[dict[str, str], Rows]:
    def rows(query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    url = os.environ["DATABASE_URL"].rpartition("/")[0]
    address = f"{url}/{connection.settings_dict['NAME']}"
    return {**Portal(tmp_path).environment, "DATABASE_URL": address}, rows


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.sealing", *arguments],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_sequencer_killed_in_the_middle_of_sealing(request: pytest.FixtureRequest) -> None:
    environment, rows = request.getfixturevalue(connection.vendor)
    with running(environment, "write") as writer:
        for statement in IN_THE_MIDDLE:
            with running(environment, "seal", statement) as sequencer:
                assert sequencer.stdout
                assert sequencer.stdout.readline() == "sealing\n"
                kill(sequencer.pid)
        said, _ = writer.communicate(timeout=PATIENCE_SECONDS)
    (signed,) = rows("SELECT count(*) FROM evidence_checkpoint")
    check = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "verify_ledger"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )

    assert check.returncode == 0, check.stdout + check.stderr
    ((events,),) = rows("SELECT count(*) FROM evidence_event")
    assert rows(LEAVES) == [(0, events, events, events)]
    assert rows("SELECT count(*) FROM evidence_waitingevent") == [(0,)]
    written = rows("SELECT count(*) FROM evidence_event WHERE type = 'system.added'")
    assert written == [(int(said),)] > [(0,)]
    assert signed >= (2,)
