"""The commands under `script/`: what they say and refuse, and that they leave nothing running."""

import os
import re
import socket
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt"]
SCRIPTS = ["server", "test", "check", "lock"]
SHELL_FILES = [
    *(ROOT / "script" / name for name in [*SCRIPTS, "format"]),
    *sorted((ROOT / "script/lib").glob("*.sh")),
    ROOT / ".ci/run",
]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("path", SHELL_FILES, ids=lambda path: path.name)
def test_shell_file_parses(path: Path) -> None:
    assert run("-n", str(path)).stderr == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_explains_itself(script: str) -> None:
    result = run(f"script/{script}", "--help")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: script/{script}")


@pytest.mark.parametrize("script", ["server", "check", "lock"])
def test_script_refuses_an_unknown_option(script: str) -> None:
    result = run(f"script/{script}", "--no-such-thing")

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Usage: script/{script}")


def test_server_starts_nothing_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = run("script/server", ORCA_PORT=str(port), ORCA_VAR=str(tmp_path / "var"))

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Port {port} on 127.0.0.1 is taken")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 80", "٨٠"])
def test_server_refuses_a_port_that_is_none(port: str, tmp_path: Path) -> None:
    result = run("script/server", ORCA_PORT=port, ORCA_VAR=str(tmp_path / "var"))

    assert (result.returncode, result.stdout) == (2, "")
    assert "a port is a number from 1 to 65535" in result.stderr


def test_stopping_ends_a_process_in_a_session_of_its_own() -> None:
    result = run(
        "-c",
        """
        . script/lib/processes.sh
        start sh -c 'setsid sleep 300 & wait'
        within 50 eval '[ "$(marked_processes | wc -w)" -ge 2 ]' && echo running
        stop_all && echo stopped
        marked_processes
        """,
    )

    assert (result.stdout, result.stderr) == ("running\nstopped\n", "")


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_every_package_with_a_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.findall(
        r"^([a-z0-9].*?)==\S+.*?((?:\\\n +--hash=sha256:\w+ ?)+)", text, re.MULTILINE
    )

    assert len(packages) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    assert re.findall(r"://|--index|--find-links|^ +# via.*/", text, re.MULTILINE) == []


def test_every_direct_dependency_has_a_reason_on_record() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    record = (ROOT / "docs/decisions/0001-dependencies.md").read_text()

    names = {re.split(r"[\[<>=]", line)[0] for line in declared}
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", record, re.MULTILINE)) == names
