"""What reached production: merges, and what came there without a change request."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Commit, Deployment, Person, PullRequest, Repository
from changes.queries.policies import version_in_force
from changes.vocabulary import DeploymentOutcome, Environment
from changes.workflow.refusals import Invalid
from changes.workflow.steps import EARLIEST_COMMIT_YEAR, check_time


@transaction.atomic
def record_merge(
    *,
    pull_request: PullRequest,
    merged_by: Person | None,
    at: datetime,
    revision: str,
    replaced: Iterable[str] = (),
) -> PullRequest:
    """The pull request's commits reach the production branch at `revision`, but for those
    that a rebase has replaced by others.
    """
    check_time(at)
    pull = PullRequest.objects.select_for_update().get(pk=pull_request.pk)
    pull.merged_by, pull.merged_at, pull.merge_revision = merged_by, at, revision
    pull.save()
    announce(Announcement("pull_request.merged", pull, at, merged_by, pull.change))
    for commit in pull.commits.filter(on_production_branch=False).exclude(sha__in=replaced):
        commit.on_production_branch = True
        commit.save()
        announce(Announcement("commit.merged", commit, at, merged_by, pull.change))
    return pull


@transaction.atomic
def record_unlinked_commit(
    *,
    repository: Repository,
    sha: str,
    author: Person | None,
    committed_at: datetime,
    subject: str,
    **values: Any,
) -> Commit:
    """A commit on the production branch that no pull request brought in: an exception."""
    check_time(committed_at, EARLIEST_COMMIT_YEAR)
    commit, is_new = Commit.objects.get_or_create(
        repository=repository,
        sha=sha,
        defaults={
            "author": author,
            "committer": author,
            "authored_at": committed_at,
            "committed_at": committed_at,
            "subject": subject,
            "on_production_branch": True,
            **values,
        },
    )
    if is_new:
        announce(Announcement("commit.recorded", commit, committed_at, author))
    return commit


@transaction.atomic
def record_unlinked_deployment(
    *,
    repository: Repository,
    revision: str,
    started_by: Person | None,
    at: datetime,
    finished_at: datetime,
    outcome: DeploymentOutcome = DeploymentOutcome.SUCCEEDED,
    artifact_digest: str = "",
) -> Deployment:
    """A deployment to production that names no change request: an exception, never dropped."""
    check_time(finished_at)
    if finished_at < at:
        raise Invalid({"finished_at": "A deployment finishes after it has begun."})
    deployment = Deployment.objects.create(
        repository=repository,
        environment=Environment.PRODUCTION,
        revision=revision,
        artifact_digest=artifact_digest,
        started_by=started_by,
        started_at=at,
        finished_at=finished_at,
        outcome=outcome,
        policy_version=version_in_force(at),
    )
    announce(Announcement("deployment.recorded", deployment, at, started_by))
    return deployment
