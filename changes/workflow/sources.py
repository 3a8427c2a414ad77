"""Recording what git hosts and pipelines say: pull requests, reviews, runs, gate results."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import (
    ChangeRequest,
    Commit,
    EvidenceItem,
    GateResult,
    Person,
    PipelineRun,
    PullRequest,
    Repository,
    Review,
)
from changes.vocabulary import (
    Attribution,
    Gate,
    PipelineStage,
    ReviewState,
    RunOutcome,
    State,
)
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.steps import check_time, locked


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
    """One pull request for one change request; linking it again changes nothing. A draft may
    take another instead; what was submitted stays with its own.
    """
    check_time(at)
    change = locked(request)
    pull = PullRequest.objects.select_for_update().filter(repository=repository, number=number)
    linked = pull.first() or PullRequest(repository=repository, number=number)
    if linked.change_id == change.pk:
        return linked
    if linked.change_id is not None:
        raise NotNow(f"{linked} belongs to {linked.change} already.")
    _unlink_others(change, actor, at)
    linked.change, linked.linked_at, linked.url = change, at, url or linked.url
    _check_pull_request(linked)
    linked.save()
    announce(Announcement("pull_request.linked", linked, at, actor, change))
    return linked


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
    if is_new or commit.pull_request_id is None:
        commit.pull_request = pull_request
        commit.attribution = Attribution.LINK
        commit.save()
        commit.co_authors.set(co_authors)
        _announce_push(commit, pull_request)
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
    check_time(submitted_at)
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
    url: str = "",
    actor: Person | None = None,
) -> PipelineRun:
    """A check on a revision that began then is one run, whose outcome may come later."""
    check_time(finished_at or started_at)
    if finished_at and finished_at < started_at:
        raise Invalid({"finished_at": "A run finishes after it has begun."})
    run, is_new = PipelineRun.objects.get_or_create(
        repository=repository,
        revision=revision,
        stage=stage,
        check_name=check_name,
        started_at=started_at,
        defaults={"outcome": outcome, "finished_at": finished_at, "url": url},
    )
    said = (outcome, finished_at, url or run.url)
    if not is_new and (run.outcome, run.finished_at, run.url) == said:
        return run
    run.outcome, run.finished_at, run.url = said
    run.save()
    announce(Announcement("run.recorded", run, finished_at or started_at, actor, change))
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
    evidence_item: EvidenceItem | None = None,
) -> GateResult:
    """The same result reported twice is recorded once; each file is a result of its own."""
    check_time(produced_at)
    result, is_new = GateResult.objects.get_or_create(
        repository=repository,
        revision=revision,
        gate=gate,
        tool=tool,
        produced_at=produced_at,
        evidence_item=evidence_item,
        defaults={"numbers": numbers, "recorded_at": recorded_at},
    )
    if is_new:
        announce(Announcement("gate_result.recorded", result, produced_at, None, change))
    return result


def _announce_push(commit: Commit, pull_request: PullRequest) -> None:
    """The commit is the head now."""
    pull_request.head_revision = commit.sha
    pull_request.save()
    details = {"co_authors": sorted(person.pk for person in commit.co_authors.all())}
    at, author, change = commit.committed_at, commit.author, pull_request.change
    announce(
        Announcement("commit.recorded", commit, at, author, change, details=details),
        Announcement("pull_request.recorded", pull_request, at, author, change),
    )


def _unlink_others(change: ChangeRequest, actor: Person | None, at: datetime) -> None:
    for other in change.pull_requests.select_for_update():
        if change.state != State.DRAFT:
            raise NotNow(f"{change.key} has {other}: ask for another change request.")
        other.change = other.linked_at = None
        other.save()
        announce(Announcement("pull_request.unlinked", other, at, actor, change))


def _check_pull_request(pull: PullRequest) -> None:
    others = {field.name for field in pull._meta.fields} - {"number", "url"}
    try:
        pull.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error
