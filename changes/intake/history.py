"""A repository's history from JSON lines: one commit a line, oldest first.

A line that cannot be read is a problem with its number, and the others are read all the same.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from changes.intake.commits import History, HistoryCommit, Link, Signature, Unusable
from changes.intake.json_values import Unreadable, count, instant, read_object, revision, text

LINE_MAXIMUM = 4 * 1024 * 1024
NEEDED = ("sha", "parents", "author", "subject")
PARENTS_MAXIMUM = 1000


def read_history(stream: BinaryIO, *, source: str, now: datetime) -> History:
    """Raises Unusable where no line can be imported."""
    history, digest = History(source), hashlib.sha256()
    for line, data in enumerate(_lines(stream, digest.update), start=1):
        if data.strip():
            _read_line(history, line, data, now)
    history.sha256 = digest.hexdigest()
    if not history.commits:
        raise Unusable(_why_nothing(history))
    return history


def _lines(stream: BinaryIO, seen: Callable[[bytes], object]) -> Iterator[bytes]:
    """Each line, all of it passed to `seen`; of one that is far too long only the beginning."""
    while data := stream.readline(LINE_MAXIMUM + 1):
        seen(data)
        rest = data
        while len(rest) > LINE_MAXIMUM and not rest.endswith(b"\n"):
            rest = stream.readline(LINE_MAXIMUM + 1)
            seen(rest)
        yield data


def _read_line(history: History, line: int, data: bytes, now: datetime) -> None:
    link = None
    try:
        fields = read_object(data, maximum=LINE_MAXIMUM)
        link = _link(fields, line)
        _add(history, _commit(fields, link, now))
    except Unreadable as error:
        history.add_unreadable(line, str(error))
        if link is None:
            history.breaks.append(line)
        elif link.sha not in history.commits:
            history.links.append(link)


def _add(history: History, commit: HistoryCommit) -> None:
    before = history.commits.setdefault(commit.sha, commit)
    if before is commit:
        history.links.append(commit)
        return
    history.repeated.add(commit.sha)
    if (before.subject, before.parents) != (commit.subject, commit.parents):
        history.add_notice(
            commit.line,
            f"Commit {commit.sha[:12]} stands in line {before.line} already,"
            " with another subject or other parents: line"
            f" {before.line} counts.",
        )


def _link(fields: Mapping[str, Any], line: int) -> Link:
    """What joins the commit to others: a sha and parents that can be read."""
    missing = [key for key in NEEDED if key not in fields]
    if "sha" in missing or "parents" in missing:
        raise Unreadable(_lacks(missing))
    sha, parents = revision(fields["sha"], "sha"), fields["parents"]
    if not isinstance(parents, list) or len(parents) > PARENTS_MAXIMUM:
        raise Unreadable("Its 'parents' is not a list of commit ids.")
    parents = tuple(revision(parent, "parents") for parent in parents)
    if sha in parents:
        raise Unreadable("It names itself as its parent.")
    subject = fields.get("subject")
    return Link(line, sha, parents, subject if isinstance(subject, str) else "")


def _commit(fields: Mapping[str, Any], link: Link, now: datetime) -> HistoryCommit:
    missing = [key for key in NEEDED if key not in fields]
    dated = [key for key in ("committed_at", "authored_at") if fields.get(key) is not None]
    if not dated:
        missing.append("committed_at or authored_at")
    if missing:
        raise Unreadable(_lacks(missing))
    moments = {key: instant(fields, key, now) for key in dated}
    return HistoryCommit(
        line=link.line,
        sha=link.sha,
        parents=link.parents,
        subject=text(fields, "subject"),
        author=_signature(fields, "author"),
        committer=_signature(fields, "committer") if fields.get("committer") else None,
        authored_at=moments.get("authored_at", moments[dated[0]]),
        committed_at=moments[dated[0]],
        files_changed=count(fields, "files_changed"),
        lines_added=count(fields, "lines_added"),
        lines_removed=count(fields, "lines_removed"),
        makes_claim="pr_number" in fields,
        claimed_number=fields.get("pr_number"),
    )


def _signature(fields: Mapping[str, Any], key: str) -> Signature:
    name = text(fields, key).strip()
    if not name:
        raise Unreadable(f"Its '{key}' is blank.")
    return Signature(name)


def _lacks(missing: list[str]) -> str:
    named = ", ".join(missing)
    return f"It lacks {named}: a line needs {', '.join(NEEDED)} and committed_at or authored_at."


def _why_nothing(history: History) -> str:
    if not history.problems:
        return f"{history.source} is empty: expected one JSON object a line, a commit each."
    first = history.problems[0]
    return (
        f"No line of {history.source} can be read as a commit; line {first.line} says why:"
        f" {first.sentence}"
    )
