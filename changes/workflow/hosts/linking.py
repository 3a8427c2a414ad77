"""Tying deployments to the change that asked for them, also when they came first."""

from django.db.models import Min, Q

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Commit, Deployment, PullRequest, Repository
from changes.states import STEPS, Action
from changes.vocabulary import DeploymentOutcome, Environment
from changes.workflow.rollout_steps import is_latest, open_post_mortem, to_production
from changes.workflow.steps import enter, save

ENDED_BY = {
    DeploymentOutcome.SUCCEEDED: Action.FINISH_DEPLOYMENT,
    DeploymentOutcome.FAILED: Action.FAIL_DEPLOYMENT,
    DeploymentOutcome.ROLLED_BACK: Action.ROLL_BACK,
}
SHORTEST_REVISION = 8


def change_deployed_by(repository: Repository, revision: str) -> ChangeRequest | None:
    """By the pull request that the revision merges, is the head of, or belongs to."""
    pulls = PullRequest.objects.filter(repository=repository, change__isnull=False)
    named = pulls.filter(Q(merge_revision=revision) | Q(head_revision=revision))
    pull = named.order_by("number").select_related("change").first()
    if pull is None and len(revision) >= SHORTEST_REVISION:
        commit = (
            Commit.objects.filter(
                repository=repository,
                sha__startswith=revision,
                pull_request__change__isnull=False,
            )
            .select_related("pull_request__change")
            .order_by("sha")
            .first()
        )
        pull = commit.pull_request if commit else None
    return pull.change if pull else None


def link_deployments(repository: Repository, pull: PullRequest) -> None:
    """Those of the repository that belong to no change yet and deployed this pull request."""
    if pull.change is None:
        return
    unlinked = Deployment.objects.filter(repository=repository, change=None, is_reported=True)
    for deployment in unlinked.order_by("started_at", "external_id"):
        if change_deployed_by(repository, deployment.revision) == pull.change:
            link_deployment(deployment, pull.change)


def link_deployment(deployment: Deployment, request: ChangeRequest) -> None:
    """As if it had named the change from the beginning."""
    change = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    deployment.change = change
    deployment.save()
    announce(
        Announcement(
            "deployment.linked", deployment, deployment.started_at, deployment.started_by, change
        )
    )
    if deployment.environment != Environment.PRODUCTION:
        return
    _take(change, deployment, Action.START_DEPLOYMENT)
    if deployment.outcome != DeploymentOutcome.RUNNING:
        _take(change, deployment, ENDED_BY[DeploymentOutcome(deployment.outcome)])
    if hasattr(deployment, "rollback"):
        open_post_mortem(change, deployment.rollback.reason, deployment.rollback.started_at, None)


def _take(change: ChangeRequest, deployment: Deployment, action: Action) -> None:
    """The state of a change follows its latest deployment to production only."""
    change.counted_at = to_production(change).aggregate(first=Min("started_at"))["first"]
    if is_latest(change, deployment) and change.state in STEPS[action].start:
        enter(change, action)
    is_start = action is Action.START_DEPLOYMENT
    at = deployment.started_at if is_start else deployment.finished_at
    save(change, action, deployment.started_by, at or deployment.started_at)
