"""Histories written as tests think of them: a name, its parents' names and a subject."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from changes.intake.attribution import Belonging, attribute
from changes.intake.commits import History, HistoryCommit, Signature

FIRST = datetime(2025, 7, 1, 12, tzinfo=UTC)
ADA, BOB = Signature("ada"), Signature("bob")
WEB_FLOW = Signature("github-web-flow")


def sha_of(name: str) -> str:
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def commit_of(line: int, name: str, parents: str = "", subject: str = "") -> HistoryCommit:
    """One minute after the one before; `parents` are names with blanks between them."""
    at = FIRST + timedelta(minutes=line)
    return HistoryCommit(
        line=line,
        sha=sha_of(name),
        parents=tuple(map(sha_of, parents.split())),
        subject=subject,
        author=ADA,
        committer=WEB_FLOW,
        authored_at=at,
        committed_at=at,
    )


def history_of(rows: Iterable[tuple[str, ...]]) -> History:
    """Rows of name, parents, subject; oldest first."""
    history = History("a test")
    for line, row in enumerate(rows, start=1):
        commit = commit_of(line, *row)
        history.links.append(commit)
        history.commits[commit.sha] = commit
    return history


def belonging_of(history: History, name: str) -> Belonging:
    return attribute(history)[sha_of(name)]


def numbers_of(history: History) -> list[int | None]:
    """The pull request of each commit, in the order of the history's lines."""
    belongings = attribute(history)
    return [belongings[link.sha].number for link in history.links]


def with_broken_line(history: History, line: int) -> History:
    """The same history with a line in between that says nothing."""
    links = [replace(link, line=link.line + (link.line >= line)) for link in history.links]
    return replace(history, links=links, breaks=[line])
