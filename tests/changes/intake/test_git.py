import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from changes.intake.attribution import attribute, named_number
from changes.intake.commits import History, Problem, ProblemKind, Signature, Unusable
from changes.intake.git import read_git
from tests.changes.intake.repositories import BEGIN, RealRepository, busy_repository_at
from tests.factories.times import NOW


@pytest.fixture
def repository(tmp_path: Path) -> RealRepository:
    return RealRepository(tmp_path / "portal")


@pytest.fixture
def busy_repository(tmp_path: Path) -> RealRepository:
    return busy_repository_at(tmp_path / "busy")


def _read(
    path: Path,
    branch: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> History:
    return read_git(path, source="portal", branch=branch, since=since, until=until, now=NOW)[0]


def _subjects(history: History) -> list[str]:
    return [commit.subject for commit in history.commits.values()]


def test_commit_is_read_with_all_that_git_knows(repository: RealRepository) -> None:
    root = repository.commit("begin")
    sha = repository.commit(
        "feat: pivot table (#7)\n\nWhy.\n\n"
        "Co-authored-by: Bob <BOB@example.com>\nco-authored-by: Cy <cy@example.com>\n"
        "Signed-off-by: Di <di@example.com>\nCo-authored-by: nonsense"
    )
    history = _read(repository.path)
    commit = history.commits[sha]
    at = BEGIN + timedelta(hours=2)
    assert (commit.line, commit.parents, commit.subject) == (2, (root,), "feat: pivot table (#7)")
    assert (commit.authored_at, commit.committed_at) == (at, at)
    assert commit.author == commit.committer == Signature("Ada", "Ada@example.com")
    assert commit.co_authors == (
        Signature("Bob", "BOB@example.com"),
        Signature("Cy", "cy@example.com"),
    )
    assert (history.problems, history.unit) == ([], "commit")


def test_blank_subject_and_many_lines_of_one_are_read(repository: RealRepository) -> None:
    repository.commit("")
    repository.commit("one\ntwo\nthree\n\nbody")
    repository.commit("改善 📈 " + "x" * 10_000)
    assert _subjects(_read(repository.path)) == ["", "one two three", "改善 📈 " + "x" * 10_000]


def test_attribution_agrees_with_what_git_says(busy_repository: RealRepository) -> None:
    """Squashed, rebased, merged, nested, octopus, direct and reverted: against git rev-list."""
    found = {
        sha: belonging.number for sha, belonging in attribute(_read(busy_repository.path)).items()
    }
    assert found == _as_git_says(busy_repository)
    assert sorted(filter(None, found.values())) == [6, 6, 7, 8, 8, 8, 9, 10, 10, 10, 40]


def _as_git_says(repository: RealRepository) -> dict[str, int | None]:
    log = repository.git("log", "--topo-order", "--reverse", "--format=%H %s").split("\n")
    subjects = dict(line.split(" ", 1) for line in log)
    numbers = {sha: named_number(subject)[0] for sha, subject in subjects.items()}
    answer = dict(numbers)
    chain = set(repository.git("rev-list", "--first-parent", "HEAD").split())
    for merge in repository.git(
        "rev-list", "--topo-order", "--reverse", "--merges", "HEAD"
    ).split():
        for sha in repository.git("rev-list", merge, f"^{merge}^1").split():
            if numbers[merge] and answer[sha] is None and sha not in chain:
                answer[sha] = numbers[merge]
    return answer


def test_dates_are_half_open_and_merges_outside_them_still_count(
    repository: RealRepository,
) -> None:
    repository.commit("begin")
    repository.start("topic")
    inside = repository.commit("work")
    since = repository.at
    repository.switch("main")
    repository.commit("push")
    until = repository.at + timedelta(hours=1)
    repository.merge("Merge pull request #5 from ada/topic", "topic")
    history = _read(repository.path, since=since, until=until)
    assert _subjects(history) == ["push", "work"]
    assert attribute(history)[inside].number == 5
    assert len(history.links) == 4


def test_range_without_a_commit_is_refused(repository: RealRepository) -> None:
    repository.commit("begin")
    with pytest.raises(Unusable, match=r"was committed from 2026-01-01T00:00:00\+00:00: nothing"):
        _read(repository.path, since=datetime(2026, 1, 1, tzinfo=UTC))


def test_branch_is_found_by_its_name(repository: RealRepository) -> None:
    repository.commit("begin")
    repository.start("release/1.0")
    repository.commit("only there")
    repository.switch("main")
    assert _subjects(_read(repository.path, "release/1.0")) == ["begin", "only there"]
    assert _subjects(_read(repository.path)) == ["begin"]


@pytest.mark.parametrize(
    "branch", ["main~1", "main^{/begin}", "-x", "HEAD", "v1", "a b", "../main"]
)
def test_what_is_no_branch_is_refused_with_the_branches_there_are(
    repository: RealRepository, branch: str
) -> None:
    repository.commit("begin")
    repository.commit("end")
    repository.start("topic")
    repository.git("tag", "v1")
    with pytest.raises(Unusable) as error:
        _read(repository.path, branch)
    assert str(error.value) == (
        f"{repository.path} has no branch '{branch}'. Its branches: main, topic."
    )


def test_branch_of_a_clone_may_be_a_remote_one(repository: RealRepository, tmp_path: Path) -> None:
    repository.commit("begin")
    repository.git("branch", "release")
    repository.git("clone", "-q", ".", str(tmp_path / "clone"))
    for branch in ("release", "origin/release"):
        assert _subjects(_read(tmp_path / "clone", branch)) == ["begin"]


def test_head_says_which_branch_it_stands_on(repository: RealRepository) -> None:
    repository.git("switch", "-q", "--orphan", "master")
    sha = repository.commit("begin")

    def found() -> str | None:
        return read_git(
            repository.path, source="portal", branch=None, since=None, until=None, now=NOW
        )[1]

    assert found() == "master"
    repository.git("checkout", "-q", sha)
    assert found() is None


def test_bare_repository_worktree_and_inner_folder_are_read(
    repository: RealRepository, tmp_path: Path
) -> None:
    repository.commit("begin")
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    repository.git("worktree", "add", "-q", "-b", "tree", str(tmp_path / "-tree"))
    for path in (tmp_path / "bare.git", tmp_path / "-tree", repository.path / ".git"):
        assert _subjects(_read(path)) == ["begin"]


def test_sha256_repository_is_read(tmp_path: Path) -> None:
    repository = RealRepository(tmp_path / "sha256", object_format="sha256")
    sha = repository.commit("begin")
    assert (len(sha), list(_read(repository.path).commits)) == (64, [sha])


def test_what_is_no_repository_is_refused(repository: RealRepository, tmp_path: Path) -> None:
    repository.commit("begin")
    inner, file = repository.path / "inner", repository.path / "1.txt"
    inner.mkdir()
    sentences = {
        inner: "is not a git repository: expected the folder that holds .git.",
        file: "is a file: expected the folder of a git repository.",
        tmp_path / "nowhere": "does not exist: expected the folder of a git repository.",
        tmp_path / ("x" * 300): "cannot be opened: File name too long.",
    }
    for path, sentence in sentences.items():
        with pytest.raises(Unusable) as error:
            _read(path)
        assert str(error.value) == f"{path} {sentence}"


def test_repository_without_a_commit_is_refused(repository: RealRepository) -> None:
    with pytest.raises(Unusable) as error:
        _read(repository.path)
    assert str(error.value) == (
        f"{repository.path} has no commit on main. It has no branch with a commit."
    )


def test_damaged_repository_is_refused(repository: RealRepository) -> None:
    root = repository.commit("begin")
    repository.commit("end")
    (repository.path / ".git" / "objects" / root[:2] / root[2:]).unlink()
    with pytest.raises(Unusable, match="git cannot read the history of"):
        _read(repository.path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_repository_of_another_owner_is_read(repository: RealRepository) -> None:
    sha = repository.commit("begin")
    for path in (repository.path, *repository.path.rglob("*")):
        os.chown(path, 12345, 12345)
    assert list(_read(repository.path).commits) == [sha]


def test_machine_without_git_is_told(
    repository: RealRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit("begin")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unusable, match="git is not installed"):
        _read(repository.path)


def test_shallow_clone_is_read_and_noticed(repository: RealRepository, tmp_path: Path) -> None:
    for subject in ("one", "two", "three"):
        repository.commit(subject)
    clone = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth=2", f"file://{repository.path}", str(clone))
    history = _read(clone)
    assert _subjects(history) == ["two", "three"]
    [problem] = history.problems
    assert (problem.line, problem.kind) == (0, ProblemKind.NOTICE)
    assert problem.sentence.startswith("The clone is shallow")


def test_text_in_another_encoding_is_read_where_git_knows_it(repository: RealRepository) -> None:
    root = repository.commit("begin")
    head = f"tree {repository.tree}\nparent {root}\n".encode()
    who = "J\xf6rg <joerg@example.com> 1751371200 +0200\n".encode("latin-1")
    said = b"encoding ISO-8859-1\n"
    body = b"author " + who + b"committer " + who
    declared = repository.raw_commit(head + body + said + "\ngr\xfcn\n".encode("latin-1"))
    assert _read(repository.path).commits[declared].subject == "gr\xfcn"
    bare = repository.raw_commit(head + body + "\ngr\xfcn\n".encode("latin-1"))
    history = _read(repository.path)
    assert history.commits[bare].subject == "gr\ufffdn"
    assert history.problems == [
        Problem(
            2, ProblemKind.NOTICE, f"{bare[:12]}: Some of its text is not UTF-8: shown as \ufffd."
        )
    ]


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("32503680000 +0000", "Its 'committer date' is in the future."),
        ("99999999999999999 +0000", "Its committer date is not a time."),
    ],
    ids=["the year 3000", "no year at all"],
)
def test_impossible_date_is_unreadable_and_the_others_are_read(
    repository: RealRepository, moment: str, sentence: str
) -> None:
    root = repository.commit("begin")
    who = "Ada <ada@example.com>"
    sha = repository.raw_commit(
        f"tree {repository.tree}\nparent {root}\nauthor {who} 1751371200 +0000\n"
        f"committer {who} {moment}\n\nlater\n".encode()
    )
    history = _read(repository.path)
    assert list(history.commits) == [root]
    assert history.problems == [Problem(2, ProblemKind.UNREADABLE, f"{sha[:12]}: {sentence}")]
    assert [link.sha for link in history.links] == [root, sha]


def test_nothing_of_the_repository_is_run_or_heeded(
    repository: RealRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap is sprung by a plain git log, and not by us."""
    ran = tmp_path / "ran"
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >>{ran}\n")
    trap.chmod(0o755)
    root = repository.commit("begin")
    other = repository.commit("other")
    who = "Ada <ada@example.com> 1751371200 +0000"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n"
    signed = repository.raw_commit(
        f"tree {repository.tree}\nparent {other}\nauthor {who}\ncommitter {who}\n{signature}\n"
        "signed\n".encode()
    )
    (repository.path / ".mailmap").write_text("Mallory <mallory@example.com> <Ada@example.com>\n")
    (repository.path / ".gitattributes").write_text("* diff=trap\n")
    (repository.path / ".git" / "hooks" / "reference-transaction").symlink_to(trap)
    (repository.path / ".git" / "info" / "grafts").write_text(f"{other}\n")
    repository.git("replace", root, other)
    for key, value in {
        "core.fsmonitor": str(trap),
        "core.pager": str(trap),
        "pager.log": "true",
        "core.sshCommand": str(trap),
        "gpg.program": str(trap),
        "log.showSignature": "true",
        "log.mailmap": "true",
        "log.follow": "true",
        "log.date": "relative",
        "diff.external": str(trap),
        "diff.trap.textconv": str(trap),
        "format.pretty": "oneline",
        "color.ui": "always",
        "i18n.logOutputEncoding": "UTF-16",
    }.items():
        repository.git("config", key, value)
    repository.git("-c", "core.pager=cat", "status")
    repository.git("log", "-1", "--ext-diff", "-p")
    assert ran.exists()
    ran.unlink()
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    history = _read(repository.path)
    assert list(history.commits) == [root, other, signed]
    assert history.commits[other].parents == (root,)
    assert history.commits[root].author == Signature("Ada", "Ada@example.com")
    assert not ran.exists()
