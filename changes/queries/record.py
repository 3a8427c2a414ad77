"""Changes with all that belongs to them, loaded in a fixed number of queries."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from changes.models import ChangeRequest, Commit, Deployment, PullRequest
from changes.vocabulary import Environment


def _to_production() -> QuerySet[Deployment]:
    found = Deployment.objects.filter(environment=Environment.PRODUCTION)
    return found.select_related("started_by", "policy_version", "repository")


def with_record(changes: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
    """The same changes with everything that rules and pages look at, loaded ahead."""
    return before_deployment(changes).prefetch_related(
        "deployments__stages__observer",
        "deployments__firings",
        "deployments__verifications__recorded_by",
        "deployments__alerts",
        "deployments__rollback__steps__confirmed_by",
        "deployments__halts__halted_by",
        "deployments__halts__resumed_by",
        "post_mortem__written_by",
        "post_mortem__approved_by",
        "post_mortem__action_items__owner",
    )


def before_deployment(changes: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
    """With what is judged before a deployment. Of earlier ones their rows alone."""
    return changes.select_related(
        "requester", "policy_version", "standard_procedure"
    ).prefetch_related(
        "systems__tech_leads",
        "standard_procedure__systems",
        "approvals__person",
        Prefetch(
            "pull_requests",
            PullRequest.objects.select_related("repository", "author", "merged_by").order_by("pk"),
        ),
        "pull_requests__reviews__person",
        Prefetch(
            "pull_requests__commits",
            Commit.objects.select_related("author", "committer").order_by("committed_at", "pk"),
        ),
        "pull_requests__commits__co_authors",
        "pull_requests__diffs",
        Prefetch("deployments", _to_production()),
        "window_exceptions__approved_by",
        "releases__person",
        "documents__waived_by",
        "evidence_items",
        "post_incident_review__reviewed_by",
    )


def revisions_of(change: ChangeRequest) -> set[str]:
    """What is tested of a change from `with_record`: the heads of its pull requests, what their
    merges made of them, and what was deployed.
    """
    pulls = change.pull_requests.all()
    found = {revision for pull in pulls for revision in (pull.head_revision, pull.merge_revision)}
    return (found | {deployment.revision for deployment in change.deployments.all()}) - {""}


def revisions_of_all(changes: Iterable[ChangeRequest]) -> set[str]:
    return {revision for change in changes for revision in revisions_of(change)}
