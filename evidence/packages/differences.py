"""What the reconciliation of a quarter leaves over: production without a change request."""

from collections.abc import Iterator
from typing import Any

from changes.models import Commit, Deployment
from changes.quarters import Quarter
from changes.vocabulary import Environment
from evidence.packages.plain import exact

Facts = dict[str, Any]
NO_REQUEST = "On the production branch without a pull request: no change request covers it."
NO_CHANGE = "The pull request of this commit belongs to no change request."
NOT_REQUESTED = "Deployed to production without a change request."


def unlinked(quarter: Quarter) -> Iterator[Facts]:
    """Commits and deployments of the quarter that belong to no change request."""
    for commit in _commits(quarter):
        yield exact(_commit(commit))
    for deployment in _deployments(quarter):
        yield exact(_deployment(deployment))


def _commits(quarter: Quarter) -> Iterator[Commit]:
    return (
        Commit.objects.filter(
            on_production_branch=True,
            pull_request__change=None,
            committed_at__gte=quarter.start,
            committed_at__lt=quarter.end,
        )
        .select_related("repository", "author")
        .order_by("committed_at", "repository__name", "sha")
        .iterator(chunk_size=500)
    )


def _deployments(quarter: Quarter) -> Iterator[Deployment]:
    return (
        Deployment.objects.filter(
            change=None,
            environment=Environment.PRODUCTION,
            started_at__gte=quarter.start,
            started_at__lt=quarter.end,
        )
        .select_related("repository", "started_by")
        .order_by("started_at", "revision", "pk")
        .iterator(chunk_size=500)
    )


def _commit(commit: Commit) -> Facts:
    return {
        "kind": "unlinked commit",
        "repository": commit.repository.name,
        "revision": commit.sha,
        "at": commit.committed_at,
        "person": commit.author.name if commit.author else "",
        "text": commit.subject,
        "sentence": NO_CHANGE if commit.pull_request_id else NO_REQUEST,
    }


def _deployment(deployment: Deployment) -> Facts:
    return {
        "kind": "unlinked deployment",
        "repository": deployment.repository.name if deployment.repository else "",
        "revision": deployment.revision,
        "at": deployment.started_at,
        "person": deployment.started_by.name if deployment.started_by else "",
        "text": "",
        "sentence": NOT_REQUESTED,
    }
