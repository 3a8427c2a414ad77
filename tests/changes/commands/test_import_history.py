import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError

from changes.management import importing
from changes.models import ChangeRequest, Commit, HistoryImport, Login, Organisation, Repository

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "samples" / "histories"
LANGFUSE = SAMPLES / "langfuse-2025q3.jsonl"
KEYS = ["commits", "pull_requests", "change_requests", "unlinked", "repeated", "unreadable"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: object, stderr: io.StringIO | None = None) -> tuple[int, list[str], str]:
    """Exit status, lines of standard output, standard error."""
    stdout, stderr, status = io.StringIO(), stderr or io.StringIO(), 0
    try:
        call_command("import_history", *map(str, arguments), stdout=stdout, stderr=stderr)
    except CommandError as error:
        status = error.returncode
        stderr.write(str(error))
    except SystemExit as end:
        status = int(str(end.code))
    return status, stdout.getvalue().splitlines(), stderr.getvalue()


def counts(lines: list[str]) -> list[int]:
    last = json.loads(lines[-1])
    assert list(last) == KEYS
    return list(last.values())


def test_shared_quarter_is_imported_and_may_be_repeated() -> None:
    status, lines, _ = run(LANGFUSE, "--repository", "langfuse")
    assert (status, len(lines), counts(lines)) == (0, 1, [707, 636, 636, 71, 0, 0])
    status, lines, _ = run(LANGFUSE, "--repository", "langfuse")
    assert (status, counts(lines)) == (0, [707, 636, 636, 71, 707, 0])
    assert (Commit.objects.count(), ChangeRequest.objects.count()) == (707, 636)


def test_import_names_the_file_and_never_where_it_lies() -> None:
    run(LANGFUSE, "--repository", " langfuse ", "--branch", "trunk")
    done = HistoryImport.objects.get()
    assert done.source == "langfuse-2025q3.jsonl"
    assert done.source_sha256.startswith("e6a2df0ece6d84d8")
    assert (done.repository.name, done.repository.production_branch) == ("langfuse", "trunk")
    assert set(Login.objects.values_list("host", flat=True)) == {"import:langfuse"}


@pytest.mark.parametrize("stem", ["truncated-line", "in-the-future", "latin-1"])
def test_broken_line_is_named_and_the_rest_is_imported(stem: str) -> None:
    status, lines, errors = run(SAMPLES / f"{stem}.jsonl", "--repository", "any")
    assert (status, counts(lines)) == (1, [2, 2, 2, 0, 0, 1])
    assert "unreadable: line 2: It" in errors
    assert HistoryImport.objects.get().problems[0]["line"] == 2


def test_difference_in_a_pull_request_number_is_a_notice(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    first = LANGFUSE.read_text().splitlines()[0].replace('"pr_number": 7546', '"pr_number": 1')
    file.write_text(first)
    status, lines, errors = run(file, "--repository", "langfuse")
    assert (status, counts(lines)) == (0, [1, 1, 1, 0, 0, 0])
    assert (
        "notice: line 1: Commit b445471f9847 says pr_number: 1, and the history shows"
        " pull request 7546: the history counts."
    ) in errors


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("empty.jsonl", "empty.jsonl is empty: expected one JSON object a line, a commit each."),
        ("blank-lines.jsonl", "blank-lines.jsonl is empty: expected one JSON object a line"),
        ("no-line-is-a-commit.jsonl", "No line of no-line-is-a-commit.jsonl can be read as a"),
        ("utf-16.jsonl", "line 1 says why: It is not UTF-8"),
        ("nowhere.jsonl", "nowhere.jsonl does not exist: expected a file of JSON lines"),
        ("", "histories is not a file: expected a file of JSON lines"),
        ("x" * 300, "cannot be read (File name too long): expected a file of JSON lines"),
    ],
    ids=lambda value: value[:30] or "a folder",
)
def test_file_without_a_history_is_refused(name: str, sentence: str) -> None:
    status, lines, errors = run(SAMPLES / name, "--repository", "any")
    assert (status, lines) == (2, [])
    assert sentence in errors
    assert not Repository.objects.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read any file")
def test_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret.jsonl"
    file.touch(mode=0)
    status, _, errors = run(file, "--repository", "any")
    assert status == 2
    assert "cannot be read (Permission denied)" in errors


@pytest.mark.parametrize("option", ["repository", "branch"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("  ", "is blank"),
        ("x" * 201, "is 201 characters long, and 200 fit"),
        ("a\x07b", "holds a control character"),
    ],
    ids=["blank", "long", "control"],
)
def test_name_that_cannot_be_one_is_refused(option: str, name: str, reason: str) -> None:
    status, _, errors = run(LANGFUSE, "--repository=any", f"--{option}={name}")
    assert status == 2
    assert errors == f"The {option} name {reason}: expected 1 to 200 visible characters."


def test_sample_organisation_is_refused() -> None:
    Organisation.objects.update(is_sample=True)
    status, lines, errors = run(LANGFUSE, "--repository", "langfuse")
    assert (status, lines) == (2, [])
    assert errors.startswith("This database belongs to the sample organisation")


def test_another_branch_than_the_recorded_one_is_refused() -> None:
    run(LANGFUSE, "--repository", "langfuse")
    status, _, errors = run(LANGFUSE, "--repository", "langfuse", "--branch", "dev")
    assert status == 2
    assert errors == (
        "langfuse is recorded with the production branch main, and this is dev: import main,"
        " or give another repository name."
    )


def test_progress_is_one_line_on_a_terminal_and_few_elsewhere() -> None:
    terminal = Terminal()
    run(LANGFUSE, "--repository", "one", stderr=terminal)
    assert terminal.getvalue() == "\r500 of 707 commits (70 %)\r707 of 707 commits (100 %)\n"
    _, _, errors = run(LANGFUSE, "--repository", "two")
    assert errors == "707 of 707 commits (100 %)\n"


def test_endless_problems_are_shown_in_part(tmp_path: Path) -> None:
    file = tmp_path / "mostly-broken.jsonl"
    good = LANGFUSE.read_text().splitlines()[0]
    file.write_text("\n".join([good, *["{"] * 150]))
    status, lines, errors = run(file, "--repository", "any")
    assert (status, counts(lines)[-1]) == (1, 150)
    assert "unreadable: line 101: It is not JSON" in errors
    assert "line 102" not in errors
    assert "unreadable: and 50 more." in errors


@pytest.mark.parametrize(
    ("fails_after", "status", "sentence"),
    [
        (0, 2, "The database did not take it (it is locked). Nothing was imported."),
        (500, 1, "500 commits are recorded: run it again to go on from there."),
    ],
    ids=["at once", "later"],
)
def test_database_that_fails_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, fails_after: int, status: int, sentence: str
) -> None:
    def fail(*, progress: Callable[[int, int], None], **_: Any) -> None:
        if fails_after:
            progress(fails_after, 707)
        raise DatabaseError("it is\nlocked")

    monkeypatch.setattr(importing, "import_history", fail)
    found, lines, errors = run(LANGFUSE, "--repository", "langfuse")
    assert (found, lines) == (status, [])
    assert sentence in errors
