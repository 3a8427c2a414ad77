"""Diffs of pull requests: from real git repositories, by clone and by host."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from changes import clock
from changes.models import DiffFetch, PullRequestDiff
from changes.outward import asking as wire
from changes.queries.facts import facts_of
from changes.queries.judgements import judgement_of
from changes.workflow.diffs import GIVEN_UP_AFTER, fetch_diffs, want_diffs
from changes.workflow.sources import record_pull_request
from tests.factories import times
from tests.factories.stories import Story, make_story
from tests.git_repository import GitRepository
from tests.recording_host import RecordingHost, Reply, recording_host

pytestmark = pytest.mark.django_db
FIRST, SECOND = {"pages.py": "def pages():\n    return [1]\n"}, {"guide.md": "# Pages\n"}


@pytest.fixture
def git(tmp_path: Path) -> GitRepository:
    return GitRepository.make(tmp_path / "clones" / "orca" / "portal.git")


@pytest.fixture
def host(settings: Settings) -> Iterator[RecordingHost]:
    settings.GITHUB_TOKEN = "a token"
    with recording_host(Reply(404)) as running:
        settings.GITHUB_API_URL = running.url
        yield running


@pytest.fixture
def clones(settings: Settings, tmp_path: Path) -> Path:
    settings.GIT_CLONES_DIR = str(tmp_path / "clones")
    return tmp_path / "clones"


def a_story(head: str) -> Story:
    """Approved at that head; nothing is known of its diff but what is fetched."""
    story = make_story()
    story.pull.repository.name = "orca/portal"
    story.pull.repository.save()
    told(story, head)
    return story.approve()


def told(story: Story, head: str) -> None:
    """As a delivery tells it."""
    story.push(head, patch_id="", paths=None)
    record_pull_request(pull_request=story.pull, at=times.APPROVED, head_revision=head)
    want_diffs(story.pull, clock.now())


def is_approved(story: Story) -> bool:
    return judgement_of(story.change, times.NOW).approved_at is not None


def rebase(git: GitRepository) -> str:
    git.checkout("main")
    git.commit({"other.py": "unrelated = True\n"})
    git.checkout("sort")
    git.git("rebase", "-q", "main")
    return git.git("rev-parse", "HEAD")


def test_pure_rebase_keeps_the_approval_by_the_clone(git: GitRepository, clones: Path) -> None:
    story = a_story(git.branch("sort", FIRST, SECOND))
    fetch_diffs()
    told(story, rebase(git))
    assert not is_approved(story)

    fetch_diffs()

    assert is_approved(story)
    assert facts_of(story.change).touched_paths == frozenset({"pages.py", "guide.md"})
    assert {d.source for d in PullRequestDiff.objects.all()} == {"a clone on this machine"}


def test_pure_rebase_keeps_the_approval_by_the_host(
    git: GitRepository, host: RecordingHost
) -> None:
    head = git.branch("sort", FIRST, SECOND)
    story = a_story(head)
    number = story.pull.number
    host.pages |= git.github_pages("orca/portal", number, head)
    fetch_diffs()
    rebased = rebase(git)
    told(story, rebased)
    host.pages |= git.github_pages("orca/portal", number, rebased)

    fetch_diffs()

    assert is_approved(story)
    assert facts_of(story.change).touched_paths == frozenset({"pages.py", "guide.md"})
    assert [r.headers["Authorization"] for r in host.requests] == ["Bearer a token"] * 8
    assert host.requests[3].headers["Accept"] == "application/vnd.github.diff"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pages.py": "def pages():\n    return [2]\n"}, id="another value"),
        pytest.param({"pages.py": "def pages():\n  return [1]\n"}, id="white space alone"),
        pytest.param({"logo.bin": "\x00two"}, id="a binary file"),
        pytest.param({"new.py": ""}, id="an empty file"),
    ],
)
def test_real_change_takes_the_approval(
    files: dict[str, str], git: GitRepository, clones: Path
) -> None:
    story = a_story(git.branch("sort", FIRST))
    fetch_diffs()
    told(story, git.commit(files))

    fetch_diffs()

    assert not is_approved(story)
    assert "and the diff has changed since." in reasons(story)


def reasons(story: Story) -> str:
    return judgement_of(story.change, times.NOW).finding("peer_review_by_another_person").sentence


def test_unknown_diff_takes_the_approval_and_says_why(host: RecordingHost) -> None:
    story = a_story("a" * 40)
    told(story, "b" * 40)

    fetch_diffs()

    assert not is_approved(story)
    assert "whether the diff is the same is not known" in reasons(story)
    refusal = "The host refused it with 404: check the token and its rights."
    assert set(DiffFetch.objects.values_list("problem", "is_over")) == {(refusal, False)}


@pytest.mark.parametrize("way", ["--no-ff", "--squash", "rebase"])
def test_what_was_merged_is_what_was_approved(way: str, git: GitRepository, clones: Path) -> None:
    story = a_story(git.branch("sort", FIRST, SECOND))
    record_pull_request(pull_request=story.pull, at=times.APPROVED, commit_count=2)
    fetch_diffs()
    git.checkout("main")
    git.commit({"other.py": "unrelated = True\n"})
    merged = merge(git, way)
    record_pull_request(
        pull_request=story.pull, at=times.APPROVED, merged_at=times.APPROVED, merge_revision=merged
    )
    want_diffs(story.pull, clock.now())

    fetch_diffs()

    known = PullRequestDiff.objects.order_by("pk").values_list("revision", "patch_id")
    assert [revision for revision, _ in known] == [story.pull.head_revision, merged]
    assert known[0][1] == known[1][1] != ""


def test_head_that_is_merged_before_anybody_looked_has_its_diff(
    git: GitRepository, clones: Path
) -> None:
    story = a_story(git.branch("sort", FIRST, SECOND))
    git.checkout("main")
    git.commit({"other.py": "unrelated = True\n"})
    merged = merge(git, "--no-ff")
    fetch_diffs()
    assert not PullRequestDiff.objects.exists()
    record_pull_request(
        pull_request=story.pull, at=times.APPROVED, merged_at=times.APPROVED, merge_revision=merged
    )
    want_diffs(story.pull, clock.now())

    with clock.simulated(clock.now() + timedelta(hours=2)):
        fetch_diffs()

    known = dict(PullRequestDiff.objects.values_list("revision", "patch_id"))
    assert known[story.pull.head_revision] == known[merged] != ""


def merge(git: GitRepository, way: str) -> str:
    if way == "rebase":
        git.git("rebase", "-q", "main", "sort")
        git.git("checkout", "-q", "main")
        git.git("merge", "-q", "--ff-only", "sort")
    else:
        git.git("merge", "-q", way, "sort")
    return git.git("rev-parse", "HEAD") if way != "--squash" else git.commit({}, "Sort (#1)")


def test_merge_that_brought_more_is_not_what_was_approved(git: GitRepository, clones: Path) -> None:
    story = a_story(git.branch("sort", FIRST, SECOND))
    record_pull_request(pull_request=story.pull, at=times.APPROVED, commit_count=2)
    git.checkout("main")
    git.commit({"other.py": "unrelated = True\n"})
    git.git("merge", "-q", "--squash", "sort")
    merged = git.commit({"smuggled.py": "import os\n"}, "Sort (#1)")
    record_pull_request(
        pull_request=story.pull, at=times.APPROVED, merged_at=times.APPROVED, merge_revision=merged
    )
    want_diffs(story.pull, clock.now())

    fetch_diffs()
    with clock.simulated(clock.now() + timedelta(hours=2)):
        fetch_diffs()

    diff = PullRequestDiff.objects.get(revision=merged)
    assert diff.patch_id == ""
    assert diff.problem.startswith("Whether the merge brought one commit or several")


def test_nothing_is_asked_without_a_token_or_a_clone() -> None:
    a_story("a" * 40)

    assert (fetch_diffs(), DiffFetch.objects.count()) == (0, 0)


def test_open_pull_requests_from_before_the_token_are_asked_for(settings: Settings) -> None:
    a_story("a" * 40)
    settings.GITHUB_TOKEN = "a token"
    with recording_host(Reply(500)) as host:
        settings.GITHUB_API_URL = host.url
        fetch_diffs()

    assert DiffFetch.objects.get(revision="a" * 40).problem == "The host answered 500."


def test_it_is_tried_again_when_the_host_says_so_and_given_up_in_the_end(
    host: RecordingHost,
) -> None:
    now = clock.now()
    host.replies = [Reply(429, {"Retry-After": "120"})]
    with clock.simulated(now):
        a_story("a" * 40)
        fetch_diffs()
        fetch_diffs()
    assert len(host.requests) == 1
    with clock.simulated(now + timedelta(seconds=121)):
        fetch_diffs()
    assert len(host.requests) == 2

    with clock.simulated(now + GIVEN_UP_AFTER + timedelta(hours=1)):
        fetch_diffs()

    fetch = DiffFetch.objects.get(revision="a" * 40)
    assert (fetch.attempts, fetch.is_over) == (3, True)


def test_redirect_is_not_followed(host: RecordingHost) -> None:
    with recording_host(Reply(200)) as elsewhere:
        host.replies = [Reply(302, {"Location": f"{elsewhere.url}/repos/orca/portal"})]
        a_story("a" * 40)
        fetch_diffs()

    assert elsewhere.requests == []
    assert "302" in DiffFetch.objects.get(revision="a" * 40).problem


def test_diff_that_is_too_large_leaves_the_paths(
    git: GitRepository, host: RecordingHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = git.branch("sort", {"pages.py": "pages = 1\n" * 500}, SECOND)
    story = a_story(head)
    host.pages |= git.github_pages("orca/portal", story.pull.number, head)
    monkeypatch.setattr(wire, "ANSWER_MAXIMUM", 2000)

    fetch_diffs()

    diff = PullRequestDiff.objects.get(revision=head)
    assert (diff.patch_id, diff.paths) == ("", ["guide.md", "pages.py"])
    assert diff.problem == "The diff is larger than the host or the portal hands on."


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"a": 1, "a": 2}', '{"head": {"sha": "x"}}', "[[1]]"]
)
def test_answer_that_cannot_be_read_is_a_sentence(text: str, host: RecordingHost) -> None:
    host.replies = [Reply(200, text=text)]
    a_story("a" * 40)

    fetch_diffs()

    problem = DiffFetch.objects.get(revision="a" * 40).problem
    assert problem.startswith("What the host told cannot be read: ")


def test_name_that_leads_elsewhere_is_not_asked_for(host: RecordingHost, clones: Path) -> None:
    (clones.parent / "secret").mkdir(parents=True)
    story = make_story()
    story.pull.repository.name = "../secret"
    story.pull.repository.save()
    told(story, "a" * 40)

    fetch_diffs()

    assert host.requests == []
    problem = DiffFetch.objects.get(revision="a" * 40).problem
    assert problem == "'../secret' is not the name of a repository there."
