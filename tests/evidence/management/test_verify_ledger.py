"""`verify_ledger` as a person runs it: its exit status and its words."""

from pathlib import Path

from tests.changes.commands.processes import Portal


def test_database_that_cannot_be_read_is_no_difference(tmp_path: Path) -> None:
    done = Portal(tmp_path).manage("verify_ledger")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("CommandError: The database does not answer: no such table")
    assert done.stderr.count("\n") == 1


def test_whole_ledger_ends_with_0(tmp_path: Path) -> None:
    portal = Portal(tmp_path)
    portal.migrate()

    done = portal.manage("verify_ledger")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("records read: whole.\n")
