"""What hosts are asked for a diff, and what is made of their answers."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from changes.intake.hosts import PROVIDERS
from changes.intake.hosts.asking import Told
from changes.intake.hosts.diffs import TOO_LARGE, Diff, WantedDiff
from changes.intake.hosts.gitlab_diff import MOVED_ON

HEAD, BASE = "a" * 40, "b" * 40
RAW = b"diff --git a/x b/x\n"


def ask(source: str, answers: dict[str, Any], **values: Any) -> Diff:
    """`answers` by path and page; a list of pages is told page by page."""
    wanted = WantedDiff(**{"repository": "orca/portal", "number": 7, "revision": HEAD, **values})
    provider = PROVIDERS[source]
    assert provider.diff_of
    asking = provider.diff_of(wanted)
    try:
        request = next(asking)
        while True:
            answer = answers[request.path]
            page = int(request.parameters.get("page", 1))
            request = asking.send(answer if isinstance(answer, Told) else told(answer, page))
    except StopIteration as stop:
        found: Diff = stop.value
        return found


def told(answer: Any, page: int) -> Told:
    if isinstance(answer, bytes):
        return Told(200, answer)
    pages = answer if isinstance(answer, list) and answer and isinstance(answer[0], list) else None
    value = pages[page - 1] if pages else answer
    return Told(200, json.dumps(value).encode(), has_more=bool(pages) and page < len(pages or ()))


MERGE_REQUEST = "/projects/orca%2Fportal/merge_requests/7"
CHANGED = [
    [{"old_path": "old.py", "new_path": "new.py"}],
    [{"old_path": "guide.md", "new_path": "guide.md"}],
]


def test_gitlab_page_by_page() -> None:
    answers = {
        f"{MERGE_REQUEST}/diffs": CHANGED,
        f"{MERGE_REQUEST}/raw_diffs": RAW,
        MERGE_REQUEST: {"sha": HEAD},
    }

    assert ask("gitlab", answers) == Diff((RAW,), ("guide.md", "new.py", "old.py"))
    assert ask("gitlab", answers | {MERGE_REQUEST: {"sha": BASE}}) == Diff(problem=MOVED_ON)
    assert ask("gitlab", answers | {f"{MERGE_REQUEST}/raw_diffs": Told(200, None)}) == Diff(
        (), ("guide.md", "new.py", "old.py"), TOO_LARGE
    )


PULL = "/repos/orca/portal/pulls/7"
FILES = [[{"filename": "new.py", "previous_filename": "old.py"}], [{"filename": "guide.md"}]]
COMPARED = f"/repos/orca/portal/compare/{BASE}...{HEAD}"


def github(**values: Any) -> dict[str, Any]:
    pull = {"base": {"sha": BASE}, "head": {"sha": HEAD}, "changed_files": 2, **values}
    return {f"{PULL}/files": FILES, PULL: pull, COMPARED: RAW}


def test_github_lists_renamed_files_by_both_names() -> None:
    assert ask("github", github()) == Diff((RAW,), ("guide.md", "new.py", "old.py"))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"changed_files": 4000}, id="not all are listed"),
        pytest.param({"head": {"sha": "c" * 40}}, id="the head has moved on"),
    ],
)
def test_files_of_another_state_are_not_those_of_the_revision(values: dict[str, Any]) -> None:
    assert ask("github", github(**values)) == Diff((RAW,), None)


def test_github_hands_on_no_large_diff() -> None:
    answers = github() | {COMPARED: Told(406, b"{}")}

    assert ask("github", answers) == Diff((), ("guide.md", "new.py", "old.py"), TOO_LARGE)


BEFORE = "d" * 40


def line(*shas: str) -> list[dict[str, Any]]:
    """Commits from the latest on, each the only parent of the one before."""
    return [{"sha": sha, "parents": [{"sha": parent}]} for sha, parent in pairwise(shas)]


@pytest.mark.parametrize(
    ("parents", "commit_count", "texts"),
    [
        pytest.param([BASE, "c" * 40], 2, (RAW,), id="a merge commit"),
        pytest.param([BASE], 1, (RAW,), id="one commit"),
        pytest.param([BASE], 2, (RAW, b"both"), id="squashed, or rebased"),
    ],
)
def test_github_of_a_merge(parents: list[str], commit_count: int, texts: tuple[bytes, ...]) -> None:
    listed = line(HEAD, BASE, BEFORE, "e" * 40)
    commit = {"parents": [{"sha": sha} for sha in parents]}
    bodies = iter([commit, RAW, listed, b"both"])

    assert converse(commit_count, bodies) == Diff(texts)


def converse(commit_count: int, bodies: Iterator[Any]) -> Diff:
    """Of a merge: each question is answered by the next body."""
    provider = PROVIDERS["github"].diff_of
    assert provider
    asking = provider(WantedDiff("orca/portal", 7, HEAD, is_merge=True, commit_count=commit_count))
    try:
        next(asking)
        while True:
            asking.send(told(next(bodies), 1))
    except StopIteration as stop:
        found: Diff = stop.value
        return found
