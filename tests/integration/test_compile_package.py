"""The command as its user meets it: exit status, output, and what it leaves behind."""

import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal_processes import Portal, children_of, is_alive, portal, until


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path / "var") as running:
        running.folder.mkdir()
        running.fill(3)
        yield running


def test_command_starts_its_workers_and_ends_them(filled: Portal, tmp_path: Path) -> None:
    output = tmp_path / "out"
    command = filled.start("compile_package", "2026Q3", "--output", str(output))
    workers: list[int] = []
    while command.poll() is None:
        workers = children_of(command) or workers

    out, err = command.communicate()

    assert command.returncode == 0, err
    assert out.splitlines()[-1] == str(output / "orca-cc8.1-2026Q3-r1.zip")
    assert zipfile.ZipFile(out.strip()).testzip() is None
    assert workers
    assert not any(is_alive(pid) for pid in workers)
    assert "of 3" in err

    again = filled.run("compile_package", "2026Q3")
    assert Path(again.stdout.strip()).name == "orca-cc8.1-2026Q3-r1.zip"
    assert filled.rows("SELECT count(*) FROM evidence_package") == [(1,)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_command_leaves_no_process_and_loses_no_job(
    filled: Portal, number: signal.Signals
) -> None:
    command = filled.start("compile_package", "2026Q3")
    until(lambda: children_of(command), command)
    workers = children_of(command)

    command.send_signal(number)
    _, err = command.communicate(timeout=60)

    assert command.returncode == 130
    assert "Traceback" not in err
    assert not any(is_alive(pid) for pid in workers)
    assert filled.run("compile_package", "2026Q3").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2026Q5",), "is not a quarter"),
        (("",), "is not a quarter"),
        (("2999Q1",), "has not begun yet"),
        (("2026Q3", "--output", "/proc/nowhere"), "cannot be written to"),
        ((), "the following arguments are required"),
    ],
)
def test_unusable_request_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    with portal(tmp_path) as running:
        refused = running.run("compile_package", *arguments)

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_database_without_tables_is_a_sentence(tmp_path: Path) -> None:
    with portal(tmp_path) as running:
        refused = running.run("compile_package", "2026Q3")

    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
