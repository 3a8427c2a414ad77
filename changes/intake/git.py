"""A repository's history from a repository on disk."""

import re
from datetime import UTC, datetime
from pathlib import Path

from changes.intake.commits import History, HistoryCommit, Link, Signature, Unusable
from changes.intake.git_folder import GitFolder
from changes.intake.json_values import Unreadable, possible

FIELDS = ("%H", "%P", "%an", "%ae", "%cn", "%ce", "%at", "%ct", "%s")
CO_AUTHORS = "%(trailers:key=Co-authored-by,valueonly=true,unfold=true)"
LOG = (
    "log",
    "--topo-order",
    "--reverse",
    "-z",
    "--no-show-signature",
    "--no-mailmap",
    "--no-decorate",
    "--no-color",
    "--no-notes",
    "--encoding=UTF-8",
    f"--format={'%x00'.join((*FIELDS, CO_AUTHORS))}",
)
SHALLOW = (
    "The clone is shallow: what came before its oldest commits is not here, and commits"
    " that an older merge brought in may stay without a pull request."
)
_SIGNATURE = re.compile(r"(?P<name>[^<]*)<(?P<email>[^>]*)>")


def read_git(
    path: Path,
    *,
    source: str,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
) -> tuple[History, str | None]:
    """The history of a branch and the branch's name, None where HEAD stands on none.

    All of it is read, so that merges outside the dates count for attribution; `commits` are
    those committed from `since` on and before `until`. Raises Unusable.
    """
    folder = GitFolder(path)
    name, tip = folder.tip(branch)
    history = History(source, unit="commit")
    if folder.is_shallow():
        history.add_notice(0, SHALLOW)
    records = folder.records(*LOG, tip, "--", fields=len(FIELDS) + 1)
    for position, record in enumerate(records, start=1):
        _read_record(history, position, record, (since, until), now)
    if not history.commits:
        raise Unusable(_why_nothing(history, since, until))
    return history, name


def _read_record(
    history: History,
    position: int,
    record: list[bytes],
    dates: tuple[datetime | None, datetime | None],
    now: datetime,
) -> None:
    values, is_utf8 = _decoded(record)
    sha, parents, subject = values[0], tuple(values[1].split()), values[8]
    since, until = dates
    link = Link(position, sha, parents, subject)
    try:
        committed_at = _moment(values[7], "committer date")
        if (since and committed_at < since) or (until and committed_at >= until):
            history.links.append(link)
            return
        commit = _commit(link, values, possible(committed_at, "committer date", now), now)
    except Unreadable as error:
        history.links.append(link)
        history.add_unreadable(position, f"{sha[:12]}: {error}")
        return
    history.links.append(commit)
    history.commits[sha] = commit
    if not is_utf8:
        history.add_notice(position, f"{sha[:12]}: Some of its text is not UTF-8: shown as \ufffd.")


def _decoded(record: list[bytes]) -> tuple[list[str], bool]:
    try:
        return [field.decode() for field in record], True
    except UnicodeDecodeError:
        return [field.decode(errors="replace") for field in record], False


def _commit(link: Link, values: list[str], committed_at: datetime, now: datetime) -> HistoryCommit:
    return HistoryCommit(
        line=link.line,
        sha=link.sha,
        parents=link.parents,
        subject=link.subject,
        author=Signature(values[2], values[3]),
        committer=Signature(values[4], values[5]),
        authored_at=possible(_moment(values[6], "author date"), "author date", now),
        committed_at=committed_at,
        co_authors=tuple(
            Signature(match["name"].strip(), match["email"].strip())
            for match in map(_SIGNATURE.search, values[9].split("\n"))
            if match
        ),
    )


def _moment(seconds: str, key: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable(f"Its {key} is not a time.") from error


def _why_nothing(history: History, since: datetime | None, until: datetime | None) -> str:
    if history.problems and history.unreadable:
        return f"No commit of {history.source} can be read: {history.problems[-1].sentence}"
    span = " ".join(
        f"{word} {at.isoformat()}" for word, at in (("from", since), ("before", until)) if at
    )
    return f"No commit of {history.source} was committed {span}: nothing to import."
