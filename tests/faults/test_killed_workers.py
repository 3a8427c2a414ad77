"""kill -9 in the middle of the work: the job is taken up again and ends with one whole package."""

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal_processes import Portal, children_of, kill, portal, until

CHANGES = 24
REDIS_URL = os.environ.get("ORCA_TEST_REDIS_URL", "")


@pytest.fixture(
    params=[
        pytest.param("", id="filesystem"),
        pytest.param(
            REDIS_URL,
            id="redis",
            marks=[
                pytest.mark.redis,
                pytest.mark.skipif(not REDIS_URL, reason="ORCA_TEST_REDIS_URL is not set"),
            ],
        ),
    ]
)
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, request.param) as running:
        running.fill(CHANGES)
        yield running


def assert_one_whole_package(path: Path, filled: Portal) -> None:
    found = filled.rows("SELECT file_name, sha256 FROM evidence_package")
    assert found == [(path.name, hashlib.sha256(path.read_bytes()).hexdigest())]
    with zipfile.ZipFile(path) as bundle:
        assert bundle.testzip() is None
        manifest = json.loads(bundle.read("manifest.json"))
        for file in manifest["files"]:
            assert hashlib.sha256(bundle.read(file["path"])).hexdigest() == file["sha256"]
    assert manifest["counts"]["changes"] == CHANGES
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert filled.rows("SELECT count(*) FROM evidence_compilepart") == [(0,)]


def test_killed_while_rendering_dossiers(filled: Portal) -> None:
    command = filled.start("compile_package", "2026Q3")
    dossiers = filled.folder / "dossiers"
    until(lambda: len(list(dossiers.rglob("*.pdf"))) >= 2, command)

    for worker in children_of(command):
        kill(worker)
    out, err = command.communicate(timeout=180)

    assert command.returncode == 0, err
    assert_one_whole_package(Path(out.splitlines()[-1]), filled)


def test_killed_while_publishing(filled: Portal) -> None:
    command = filled.start("compile_package", "2026Q3")
    packages = filled.folder / "packages"
    until(lambda: list(packages.glob("*/.building-*/*")), command)

    for worker in children_of(command):
        kill(worker)
    visible = list(packages.glob("*/*.zip"))
    out, err = command.communicate(timeout=180)

    assert visible == []
    assert command.returncode == 0, err
    assert_one_whole_package(Path(out.splitlines()[-1]), filled)


def test_workers_that_never_begin_are_not_waited_for(tmp_path: Path) -> None:
    with portal(tmp_path) as running:
        running.fill(1)
        command = running.start("compile_package", "2026Q3")
        while command.poll() is None:
            for worker in children_of(command):
                kill(worker)
            time.sleep(0.05)
        _, err = command.communicate()

        assert command.returncode == 1
        assert "The workers end as soon as they begin" in err
        assert running.phase() == ("queued", "freeze")
