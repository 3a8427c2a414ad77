import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from changes.models import Commit, HistoryImport, Login, PullRequest, Repository
from tests.changes.intake.repositories import RealRepository, busy_repository_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository(tmp_path: Path) -> RealRepository:
    return busy_repository_at(tmp_path / "portal")


def run(*arguments: object) -> tuple[int, dict[str, int], str]:
    """Exit status, the counts, standard error."""
    stdout, stderr, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_git", *map(str, arguments), stdout=stdout, stderr=stderr)
    except CommandError as error:
        status = error.returncode
        stderr.write(str(error))
    except SystemExit as end:
        status = int(str(end.code))
    last = stdout.getvalue().splitlines()[-1:]
    return status, json.loads(last[0]) if last else {}, stderr.getvalue()


def test_repository_on_disk_is_imported_under_its_folders_name(
    repository: RealRepository,
) -> None:
    status, counts, _ = run(repository.path)
    assert (status, counts) == (
        0,
        {
            "commits": 18,
            "pull_requests": 6,
            "change_requests": 6,
            "unlinked": 7,
            "repeated": 0,
            "unreadable": 0,
        },
    )
    found = Repository.objects.get()
    assert (found.name, found.production_branch) == ("portal", "main")
    assert (found.reports_deployments, found.reports_reviews) == (False, False)
    done = HistoryImport.objects.get()
    assert (done.source, done.source_sha256) == ("portal", "")
    logins = Login.objects.order_by("name").values_list("host", "name")
    assert list(logins) == [("git", "ada@example.com"), ("git", "bob@example.com")]
    assert run(repository.path)[1] == counts | {"repeated": 18}


def test_bare_clone_is_the_same_repository_under_its_name(
    repository: RealRepository, tmp_path: Path
) -> None:
    run(repository.path)
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    _, counts, _ = run(tmp_path / "bare.git", "--repository", "portal")
    assert (counts["repeated"], Commit.objects.count()) == (18, 18)


def test_first_day_is_included_and_the_end_is_not(tmp_path: Path) -> None:
    repository = RealRepository(tmp_path / "portal")
    midnight = repository.at.replace(hour=0)
    for at in (-1, 0, 86_399, 86_400):
        repository.at = midnight + timedelta(seconds=at, hours=-1)
        repository.commit(f"at {at}")
    run(repository.path, "--since", "2025-07-01", "--until", "2025-07-02")
    assert set(Commit.objects.values_list("subject", flat=True)) == {"at 0", "at 86399"}


def test_slices_by_date_give_what_the_whole_gives(repository: RealRepository) -> None:
    run(repository.path, "--repository", "whole")
    _, first, _ = run(repository.path, "--repository", "slices", "--until", "2025-07-02")
    _, second, _ = run(repository.path, "--repository", "slices", "--since", "2025-07-02")
    assert first["commits"] + second["commits"] == 18

    def pulls(name: str) -> list[tuple[object, ...]]:
        rows = PullRequest.objects.filter(repository__name=name).order_by("number")
        return list(rows.values_list("number", "title", "merge_revision", "change__counted_at"))

    assert pulls("slices") == pulls("whole")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--since", "yesterday"], "--since 'yesterday' is no date: expected YYYY-MM-DD, as"),
        (["--until", "2025-02-30"], "--until '2025-02-30' is no date: expected YYYY-MM-DD, as"),
        (["--since", "20250701"], "--since '20250701' is no date: expected YYYY-MM-DD, as"),
        (["--since", "0001-01-01"], "--since '0001-01-01' is no date: expected YYYY-MM-DD, as"),
        (["--until", "9999-12-31"], "--until '9999-12-31' is no date: expected YYYY-MM-DD, as"),
        (["--since", ""], "--since '' is no date: expected YYYY-MM-DD, as 2025-07-01."),
        (
            ["--since", "2025-07-02", "--until", "2025-07-02"],
            "--since 2025-07-02 is not before --until 2025-07-02: nothing lies between.",
        ),
        (["--since", "2026-01-01"], "was committed from 2026-01-01T00:00:00+00:00: nothing to"),
        (["--branch", "nowhere"], "has no branch 'nowhere'. Its branches: left, local, main,"),
        (["--branch", " "], "The branch name is blank: expected 1 to 200 visible characters."),
        (["--repository", ""], "The repository name is blank: expected 1 to 200 visible"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_meant_is_refused(
    repository: RealRepository, options: list[str], sentence: str
) -> None:
    status, counts, errors = run(repository.path, *options)
    assert (status, counts) == (2, {})
    assert sentence in errors
    assert not Repository.objects.exists()


def test_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    status, _, errors = run(tmp_path)
    assert status == 2
    assert errors == f"{tmp_path} is not a git repository: expected the folder that holds .git."


def test_empty_path_is_not_the_current_folder() -> None:
    status, _, errors = run("")
    assert (status, errors) == (
        2,
        "The path is empty: expected the folder of a git repository.",
    )


def test_path_is_told_from_an_option_and_from_dots(
    repository: RealRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("clone", "-q", "--bare", ".", "../-bare")
    monkeypatch.chdir(repository.path.parent)
    assert run("--", "-bare")[0] == 0
    monkeypatch.chdir(repository.path)
    assert run(".")[0] == 0
    assert run("../portal/.git")[1]["repeated"] == 18
    assert set(Repository.objects.values_list("name", flat=True)) == {"-bare", "portal"}


def test_head_on_no_branch_is_taken_for_the_recorded_one(repository: RealRepository) -> None:
    repository.git("checkout", "-q", "--detach")
    run(repository.path)
    assert Repository.objects.get().production_branch == "main"


def test_other_branch_of_a_known_repository_is_refused(repository: RealRepository) -> None:
    run(repository.path)
    repository.git("switch", "-q", "topic")
    status, _, errors = run(repository.path)
    assert status == 2
    assert errors.startswith("portal is recorded with the production branch main, and this is")
    assert run(repository.path, "--branch", "main")[0] == 0


def test_commit_that_cannot_be_read_is_named(repository: RealRepository) -> None:
    who = "Ada <ada@example.com>"
    sha = repository.raw_commit(
        f"tree {repository.tree}\nparent {repository.head}\nauthor {who} 1751371200 +0000\n"
        f"committer {who} 32503680000 +0000\n\nfrom the year 3000\n".encode()
    )
    status, counts, errors = run(repository.path)
    assert (status, counts["commits"], counts["unreadable"]) == (1, 18, 1)
    assert f"unreadable: commit 19: {sha[:12]}: Its 'committer date' is in the future." in errors
