"""Recording what git hosts and pipelines say: pull requests, reviews, runs, gate results."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import (
    ChangeRequest,
    Commit,
    GateResult,
    Person,
    PipelineRun,
    PullRequest,
    Repository,
    Review,
)
from changes.vocabulary import Attribution, Gate, PipelineStage, ReviewState, RunOutcome
from changes.workflow.refusals import NotNow


@transaction.atomic
def link_pull_request(
    *,
    request: ChangeRequest,
    repository: Repository,
    number: int,
    actor: Person | None,
    at: datetime,
    url: str = "",
) -> PullRequest:
    """A pull request belongs to one change request; linking it again changes nothing."""
    pull, _ = PullRequest.objects.select_for_update().get_or_create(
        repository=repository, number=number, defaults={"url": url}
    )
    if pull.change_id not in (None, request.pk):
        raise NotNow(f"{pull} belongs to {pull.change} already.")
    if pull.change_id is None:
        pull.change, pull.linked_at, pull.url = request, at, url or pull.url
        pull.save()
        announce(Announcement("pull_request.linked", pull, at, actor, request))
    return pull


@transaction.atomic
def record_pull_request(*, pull_request: PullRequest, at: datetime, **values: Any) -> PullRequest:
    """Newly learnt facts of a pull request: title, author, revisions, merge."""
    for name, value in values.items():
        setattr(pull_request, name, value)
    pull_request.save()
    announce(
        Announcement(
            "pull_request.recorded", pull_request, at, values.get("author"), pull_request.change
        )
    )
    return pull_request


@transaction.atomic
def record_commit(
    *,
    pull_request: PullRequest,
    sha: str,
    author: Person | None,
    committed_at: datetime,
    subject: str,
    co_authors: Iterable[Person] = (),
    **values: Any,
) -> Commit:
    commit, is_new = Commit.objects.get_or_create(
        repository=pull_request.repository,
        sha=sha,
        defaults={
            "pull_request": pull_request,
            "attribution": Attribution.LINK,
            "author": author,
            "committer": author,
            "authored_at": committed_at,
            "committed_at": committed_at,
            "subject": subject,
            **values,
        },
    )
    if is_new:
        commit.co_authors.set(co_authors)
        pull_request.head_revision = sha
        pull_request.save()
        details = {"co_authors": sorted(person.pk for person in commit.co_authors.all())}
        change = pull_request.change
        announce(
            Announcement("commit.recorded", commit, committed_at, author, change, details=details)
        )
    return commit


@transaction.atomic
def record_review(
    *,
    pull_request: PullRequest,
    person: Person,
    state: ReviewState,
    revision: str,
    submitted_at: datetime,
) -> Review:
    review, is_new = Review.objects.get_or_create(
        pull_request=pull_request,
        person=person,
        state=state,
        submitted_at=submitted_at,
        defaults={"revision": revision},
    )
    if is_new:
        announce(Announcement("review.recorded", review, submitted_at, person, pull_request.change))
    return review


@transaction.atomic
def record_run(
    *,
    repository: Repository,
    revision: str,
    stage: PipelineStage,
    check_name: str,
    outcome: RunOutcome,
    started_at: datetime,
    finished_at: datetime | None,
    change: ChangeRequest | None = None,
) -> PipelineRun:
    run, is_new = PipelineRun.objects.update_or_create(
        repository=repository,
        revision=revision,
        stage=stage,
        check_name=check_name,
        started_at=started_at,
        defaults={"outcome": outcome, "finished_at": finished_at},
    )
    if is_new:
        announce(Announcement("run.recorded", run, finished_at or started_at, None, change))
    return run


@transaction.atomic
def record_gate_result(
    *,
    repository: Repository,
    revision: str,
    gate: Gate,
    tool: str,
    numbers: dict[str, int],
    produced_at: datetime,
    recorded_at: datetime,
    change: ChangeRequest | None = None,
) -> GateResult:
    """The same result reported twice is recorded once."""
    result, is_new = GateResult.objects.get_or_create(
        repository=repository,
        revision=revision,
        gate=gate,
        tool=tool,
        produced_at=produced_at,
        defaults={"numbers": numbers, "recorded_at": recorded_at},
    )
    if is_new:
        announce(Announcement("gate_result.recorded", result, produced_at, None, change))
    return result
