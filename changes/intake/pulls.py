"""The pull requests that a history names, and what it shows of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from changes.intake.attribution import Belonging, named_number, title_of
from changes.intake.commits import History, HistoryCommit, Link, Signature


@dataclass(frozen=True, slots=True)
class HistoryPull:
    """`entry` is the commit that brought it to the branch, and `brought_at` when."""

    number: int
    title: str
    author: Signature | None
    entry: str
    brought_at: datetime


def pulls_of(history: History, belongings: Mapping[str, Belonging]) -> dict[int, HistoryPull]:
    """By number. The earliest of the commits that name it brought it to the branch."""
    naming: dict[int, list[Link]] = {}
    members: dict[int, list[HistoryCommit]] = {}
    links = {link.sha: link for link in history.links}
    for sha, belonging in belongings.items():
        if belonging.number is None:
            continue
        if named_number(links[sha].subject)[0] is not None:
            naming.setdefault(belonging.number, []).append(links[sha])
        if sha in history.commits:
            members.setdefault(belonging.number, []).append(history.commits[sha])
    return {
        number: _pull(number, naming[number], commits, history.commits, belongings)
        for number, commits in members.items()
    }


def _pull(
    number: int,
    naming: Iterable[Link],
    members: list[HistoryCommit],
    commits: Mapping[str, HistoryCommit],
    belongings: Mapping[str, Belonging],
) -> HistoryPull:
    """`members` are its commits that can be read, in topological order; there is one at least.

    Where the commit that brought it in cannot be read, the earliest member stands for it.
    """
    entries = {link.sha: belongings[link.sha].entry for link in naming}
    legible = [link for link in naming if entries[link.sha] in commits]
    if legible:
        first = min(legible, key=lambda link: commits[entries[link.sha]].committed_at)
        entry, title = entries[first.sha], first.subject
    else:
        entry = min(members, key=lambda commit: commit.committed_at).sha
        title = next(link.subject for link in naming)
    return HistoryPull(
        number, title_of(title, number), _author(members), entry, commits[entry].committed_at
    )


def _author(members: list[HistoryCommit]) -> Signature:
    """Whoever wrote its first commit that is no merge, else the first merge."""
    plain = [commit for commit in members if len(commit.parents) < 2]
    return (plain or members)[0].author
