"""Pull requests and reviews, as the host tells them."""

from datetime import datetime, timedelta
from typing import Any

from changes.announcements import Announcement, announce
from changes.intake.hosts.notices import PullNotice, ReviewNotice
from changes.intake.mentions import first_named
from changes.models import PullRequest, Repository
from changes.vocabulary import ReviewState
from changes.workflow.diffs import want_diffs
from changes.workflow.hosts.repositories import mark_reporting, person_of
from changes.workflow.hosts.settle import known_pull, settle_pull
from changes.workflow.sources import record_review
from changes.workflow.steps import check_time


def record_pull(repository: Repository, notice: PullNotice, received_at: datetime) -> str:
    _learn(repository, notice, received_at)
    return ""


def _learn(repository: Repository, notice: PullNotice, received_at: datetime) -> PullRequest:
    pull = known_pull(repository, notice.number, received_at)
    at = notice.updated_at or received_at
    check_time(at)
    before = _values(pull)
    was_merged = pull.merged_at is not None
    if (told_as := _told_as(notice, at)) >= pull.told_as:
        _replace(pull, notice, told_as)
    _complete(pull, notice, repository, at)
    if _values(pull) != before:
        pull.save()
        kind = "merged" if pull.merged_at and not was_merged else "recorded"
        announce(Announcement(f"pull_request.{kind}", pull, at, pull.author, pull.change))
    settle_pull(pull, at)
    want_diffs(pull, received_at)
    return pull


def record_review_notice(
    repository: Repository, notice: ReviewNotice, received_at: datetime
) -> str:
    """A dismissal takes a review back, and has no time of its own but the last change's."""
    mark_reporting(repository, received_at, reports_reviews=True)
    pull = (
        _learn(repository, notice.pull, received_at)
        if notice.pull
        else known_pull(repository, notice.number, received_at)
    )
    reviewer = person_of(notice.reviewer, repository.host, received_at)
    if notice.state is None or reviewer is None:
        return "A review without a reviewer or a decision is not recorded."
    at = notice.submitted_at or notice.updated_at or received_at
    if notice.state is ReviewState.DISMISSED and notice.submitted_at:
        later = notice.submitted_at + timedelta(microseconds=1)
        at = max(later, notice.updated_at or later)
    record_review(
        pull_request=pull,
        person=reviewer,
        state=notice.state,
        revision=notice.revision or "",
        submitted_at=at,
    )
    return ""


def _told_as(notice: PullNotice, at: datetime) -> str:
    """Orders what is told of a pull request: by time, then closed after open, then any way that
    is always the same.
    """
    rank = (notice.state != "open", bool(notice.is_merged), notice.commits is not None)
    ranks = "".join(str(int(flag)) for flag in rank)
    return f"{at:%Y-%m-%dT%H:%M:%S.%f} {ranks} {notice.head_revision[:40]}"


def _replace(pull: PullRequest, notice: PullNotice, told_as: str) -> None:
    pull.told_as = told_as
    pull.title = notice.title
    pull.head_revision = notice.head_revision
    pull.is_open = notice.state == "open"
    is_own = notice.head_repository in (None, notice.repository.name)
    pull.head_branch = notice.head_branch[:250] if is_own else ""
    pull.names_change = first_named(notice.head_branch, notice.title, notice.body)
    if notice.commits is not None:
        pull.commit_count = notice.commits


def _complete(pull: PullRequest, notice: PullNotice, repository: Repository, at: datetime) -> None:
    """What does not change any more once it is known. A merge revision that is told before the
    merge is only a trial of it.
    """
    host = repository.host
    pull.url = pull.url or (notice.url if len(notice.url) <= 500 else "")
    pull.opened_at = pull.opened_at or notice.opened_at
    pull.closed_at = notice.closed_at or pull.closed_at
    if pull.author is None:
        pull.author = person_of(notice.author, host, at)
    is_to_production = notice.base_branch == repository.production_branch
    if notice.is_merged and is_to_production:
        pull.merged_at = pull.merged_at or notice.merged_at or notice.updated_at
        pull.merge_revision = pull.merge_revision or notice.merge_revision or ""
        if pull.merged_by is None:
            pull.merged_by = person_of(notice.merged_by, host, at)


def _values(pull: PullRequest) -> dict[str, Any]:
    return {field.attname: getattr(pull, field.attname) for field in pull._meta.concrete_fields}
