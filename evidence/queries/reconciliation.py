"""The record of a quarter as the facts that are reconciled, in a fixed number of queries.

Rows are streamed: of the commits of one repository at a time is more than one row in memory.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from changes.models import ChangeRequest, Commit, Deployment, PullRequest
from changes.quarters import Quarter
from changes.vocabulary import Environment, Origin, State
from evidence.reconciliation.facts import (
    ChangeFacts,
    CommitFacts,
    DeploymentFacts,
    Item,
    RequestFacts,
)
from evidence.reconciliation.matching import match_change, match_commits, match_deployment

CHUNK = 2000
Row = dict[str, Any]
# A commit belongs to the request of its pull request, or by itself to one opened for it.
OWNERS = ("pull_request__change__", "change__")
REQUEST = ("number", "origin", "state", "submitted_at")


def reconciled(quarter: Quarter) -> Iterator[Item]:
    """Every commit, deployment and change request of the quarter with its match, in this order."""
    first: dict[int, datetime] = {}
    yield from _commits(quarter, first)
    yield from map(match_deployment, _deployments(quarter))
    items = (match_change(change, first) for change in _changes(quarter))
    yield from (item for item in items if item)


def _commits(quarter: Quarter, first: dict[int, datetime]) -> Iterator[Item]:
    """From the quarter's start on without an end: a deployment after it may carry its commits."""
    revisions: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for name, at, revision in _to_production(quarter.start).values_list(
        "repository__name", "started_at", "revision"
    ):
        revisions[name or ""].append((at, revision))
    rows = _commit_rows(quarter)
    for name, group in groupby(rows, lambda row: str(row["repository__name"])):
        facts = [_commit(row) for row in group]
        yield from match_commits(facts, revisions[name], quarter, first)


def _commit_rows(quarter: Quarter) -> Iterator[Row]:
    rows: Iterator[Row] = (
        Commit.objects.filter(on_production_branch=True, committed_at__gte=quarter.start)
        .annotate(owner=Coalesce("pull_request__change", "change"))
        .annotate(deployed_at=_first_deployment("owner"))
        .order_by("repository__name", "committed_at", "sha")
        .values(
            "repository__name",
            "repository__reports_deployments",
            "sha",
            "parents",
            "committed_at",
            "is_revert",
            "author__name",
            "subject",
            "pull_request__number",
            "pull_request__merged_at",
            "deployed_at",
            *(f"{path}{name}" for path in OWNERS for name in REQUEST),
        )
        .iterator(chunk_size=CHUNK)
    )
    return rows


def _commit(row: Row) -> CommitFacts:
    return CommitFacts(
        repository=row["repository__name"],
        sha=row["sha"],
        parents=tuple(row["parents"]),
        committed_at=row["committed_at"],
        reached_at=row["pull_request__merged_at"] or row["committed_at"],
        pull_request=row["pull_request__number"],
        request=_request(row, OWNERS[0]) or _request(row, OWNERS[1]),
        sees_deployments=row["repository__reports_deployments"],
        is_revert=row["is_revert"],
        author=row["author__name"] or "",
        subject=row["subject"],
    )


def _deployments(quarter: Quarter) -> Iterator[DeploymentFacts]:
    """One that names no request belongs to that of the commit that it deployed, if any."""
    within = _to_production(quarter.start).filter(started_at__lt=quarter.end)
    by_revision = _requests_by_revision(within)
    rows = within.order_by("started_at", "repository__name", "revision", "pk").values(
        "repository__name",
        "revision",
        "started_at",
        "started_by__name",
        *(f"change__{name}" for name in REQUEST),
    )
    for row in rows.iterator(chunk_size=CHUNK):
        name, revision = row["repository__name"] or "", row["revision"].strip()
        yield DeploymentFacts(
            repository=name,
            revision=revision,
            started_at=row["started_at"],
            request=_request(row, "change__") or by_revision.get((name, revision)),
            started_by=row["started_by__name"] or "",
        )


def _requests_by_revision(
    deployments: QuerySet[Deployment],
) -> dict[tuple[str, str], RequestFacts]:
    """From each deployment by the index to its commit: the other way round the time would grow
    with the square of the quarter.
    """
    commits = Commit.objects.filter(repository=OuterRef("repository"), sha=OuterRef("revision"))
    owner = Subquery(commits.order_by().values(own=Coalesce("pull_request__change", "change"))[:1])
    owned = deployments.filter(change=None).annotate(owner=owner).exclude(owner=None)
    rows = ChangeRequest.objects.filter(pk__in=owned.order_by().values("owner"))
    requests = {row.pop("pk"): _request(row, "") for row in rows.values("pk", *REQUEST)}
    names = owned.values_list("repository__name", "revision", "owner")
    found = (((name, revision), requests.get(pk)) for name, revision, pk in names)
    return {key: request for key, request in found if request}


def _changes(quarter: Quarter) -> Iterator[ChangeFacts]:
    commits = Commit.objects.filter(
        Q(pull_request__change=OuterRef("pk")) | Q(change=OuterRef("pk")), on_production_branch=True
    )
    blind = PullRequest.objects.filter(change=OuterRef("pk"), repository__reports_deployments=False)
    rows = (
        ChangeRequest.objects.filter(counted_at__gte=quarter.start, counted_at__lt=quarter.end)
        .annotate(
            deployed_at=_first_deployment("pk"),
            has_commits=Exists(commits),
            is_blind=Exists(blind),
            reached_at=Min("pull_requests__merged_at"),
        )
        .order_by("number")
        .values(
            *REQUEST, "title", "counted_at", "deployed_at", "has_commits", "is_blind", "reached_at"
        )
    )
    for row in rows.iterator(chunk_size=CHUNK):
        request = _request(row, "")
        if request:
            yield ChangeFacts(
                request=request,
                title=row["title"],
                counted_at=row["counted_at"],
                has_commits=row["has_commits"],
                reached_at=row["reached_at"],
                sees_deployments=not row["is_blind"],
            )


def _to_production(start: datetime) -> QuerySet[Deployment]:
    return Deployment.objects.filter(environment=Environment.PRODUCTION, started_at__gte=start)


def _first_deployment(change: str) -> Subquery:
    deployments = Deployment.objects.filter(
        change=OuterRef(change), environment=Environment.PRODUCTION
    )
    first = deployments.order_by().values("change").annotate(at=Min("started_at"))
    return Subquery(first.values("at"))


def _request(row: Row, prefix: str) -> RequestFacts | None:
    if row[f"{prefix}number"] is None:
        return None
    return RequestFacts(
        number=row[f"{prefix}number"],
        origin=Origin(row[f"{prefix}origin"]),
        state=State(row[f"{prefix}state"]),
        submitted_at=row[f"{prefix}submitted_at"],
        deployed_at=row.get("deployed_at"),
    )
