"""Pushes: the commits that reached the production branch, and those on their way there."""

import re
from dataclasses import replace
from datetime import datetime

from changes.announcements import Announcement, announce
from changes.intake.attribution import is_revert, named_number
from changes.intake.hosts.notices import PushedCommit, PushNotice
from changes.intake.mentions import named_in
from changes.models import Commit, Repository
from changes.workflow.hosts.repositories import person_of
from changes.workflow.hosts.settle import settle_commits
from changes.workflow.steps import EARLIEST_COMMIT_YEAR, check_time

NAMES_MAXIMUM = 250
# How GitLab ends the message of its merges.
GITLAB_MERGE = re.compile(r"^See merge request \S*!\d+\s*$", re.MULTILINE)


def record_push(repository: Repository, notice: PushNotice, received_at: datetime) -> str:
    if not notice.branch:
        return "A tag was pushed: the record holds branches."
    if notice.is_deleted:
        return "A branch was deleted: its commits stay in the record."
    is_production = notice.branch == repository.production_branch
    commits = [_dated(commit, received_at) for commit in notice.commits]
    rows = [_known(repository, commit, notice, is_production, received_at) for commit in commits]
    settle_commits(repository, rows, received_at)
    missing = (notice.total or len(rows)) - len(rows)
    if missing > 0 and is_production:
        return f"The host lists {len(rows)} commits of {len(rows) + missing}: import the others."
    return ""


def _dated(pushed: PushedCommit, received_at: datetime) -> PushedCommit:
    """A commit bears whatever its author's clock said. It was made at the latest when it came."""
    return replace(pushed, committed_at=min(pushed.committed_at, received_at))


def _known(
    repository: Repository,
    pushed: PushedCommit,
    notice: PushNotice,
    is_production: bool,
    at: datetime,
) -> Commit:
    check_time(pushed.committed_at, EARLIEST_COMMIT_YEAR)
    commit = Commit.objects.filter(repository=repository, sha=pushed.sha).first()
    is_new = commit is None
    commit = commit or _new(repository, pushed, at)
    changed = _learn(commit, pushed, notice, is_production)
    if is_new or changed:
        commit.save()
        kind = "merged" if is_production and not is_new else "recorded"
        announce(Announcement(f"commit.{kind}", commit, commit.committed_at, commit.author))
    return commit


def _new(repository: Repository, pushed: PushedCommit, at: datetime) -> Commit:
    author = person_of(pushed.author, repository.host, at)
    committer = person_of(pushed.committer, repository.host, at) if pushed.committer else author
    number, _ = named_number(pushed.subject)
    return Commit(
        repository=repository,
        sha=pushed.sha,
        author=author,
        committer=committer,
        authored_at=pushed.committed_at,
        committed_at=pushed.committed_at,
        subject=pushed.subject,
        is_merge=pushed.subject.startswith("Merge ")
        and (number is not None or GITLAB_MERGE.search(pushed.message) is not None),
        is_revert=is_revert(pushed.subject),
        names_change=named_in(pushed.message),
        paths=list(pushed.paths),
        files_changed=len(pushed.paths) or None,
    )


def _learn(commit: Commit, pushed: PushedCommit, notice: PushNotice, is_production: bool) -> bool:
    """Whether this push says something of the commit that was not known."""
    before = (commit.on_production_branch, commit.brought_in_by, list(commit.branches))
    if is_production:
        if not commit.on_production_branch and notice.after != commit.sha:
            commit.brought_in_by = commit.brought_in_by or notice.after
        commit.on_production_branch = True
    else:
        commit.branches = sorted({*commit.branches, notice.branch[:NAMES_MAXIMUM]})
    return before != (commit.on_production_branch, commit.brought_in_by, commit.branches)
