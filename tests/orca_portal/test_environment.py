"""What the environment says, and the sentence where it says nonsense."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from orca_portal import environment

ROOT = Path(__file__).resolve().parents[2]
NAME = "GITHUB_WEBHOOK_SECRETS"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one", ["one"]),
        ("one, two", ["one", "two"]),
        ("one\ntwo\n", ["one", "two"]),
        ("one\r\ntwo,three\r\n", ["one", "two", "three"]),
        ("one,", ["one", ""]),
    ],
)
def test_secrets_of_a_file(
    text: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secrets"
    path.write_bytes(text.encode())
    monkeypatch.setenv(f"{NAME}_FILE", str(path))

    assert environment.secrets(NAME) == found


def test_secret_that_is_not_set_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)

    assert environment.secrets(NAME) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\xff\xfe", "cannot be read (it is no text in UTF-8)"),
        (b" \n", "is set but empty"),
    ],
)
def test_file_that_holds_no_secret_has_a_sentence(
    content: bytes | None, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secrets"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(path))

    with pytest.raises(ImproperlyConfigured) as refused:
        environment.secrets(NAME)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        (NAME, "", f"{NAME} is set but empty: give it a value or unset it."),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is no address of a database: expected"),
        (
            "ORCA_JOB_STUCK_SECONDS",
            "-1",
            "ORCA_JOB_STUCK_SECONDS is '-1': expected a whole",
        ),
        ("ORCA_REPORTING_TIME_ZONE", "Mars/X", "ORCA_REPORTING_TIME_ZONE is 'Mars/X': expected a"),
        (
            "ORCA_VAR",
            "/dev/null/var",
            "The folder /dev/null/var cannot be written (Not a dir",
        ),
    ],
)
def test_command_with_an_unusable_setting_does_nothing(
    name: str, given: str, sentence: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "reconcile", "2026Q3"],
        cwd=ROOT,
        env={**os.environ, "ORCA_VAR": str(tmp_path), name: given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Settings: {sentence}")
    assert done.stderr.count("\n") == 1
