"""Deployments as their systems tell them, state by state and in any order."""

from datetime import datetime

from django.db.models import Min

from changes.announcements import Announcement, announce
from changes.intake.hosts.notices import DeploymentNotice
from changes.models import Deployment, Repository
from changes.queries.policies import version_in_force
from changes.states import STEPS
from changes.vocabulary import DeploymentOutcome, Environment
from changes.workflow.hosts.linking import change_deployed_by
from changes.workflow.hosts.repositories import mark_reporting, person_of
from changes.workflow.reports import ENDED_AS, end_deployment, report_deployment
from changes.workflow.rollout_steps import held, is_latest, to_production
from changes.workflow.staging import record_staging
from changes.workflow.steps import check_time, enter, save

PRODUCTION = ("production", "prod", "live")
STAGING = ("staging", "stage", "pre-production", "preproduction")


def record_deployment_notice(
    repository: Repository, notice: DeploymentNotice, received_at: datetime
) -> str:
    environment = environment_of(notice)
    if environment is None:
        return f"The environment '{notice.environment[:60]}' is neither production nor staging."
    if not notice.revision:
        return "The deployment does not say which revision it brings: nothing can be linked."
    mark_reporting(repository, received_at, reports_deployments=True)
    at = notice.started_at or notice.state_at or received_at
    check_time(at)
    deployment = report_deployment(
        revision=notice.revision,
        at=at,
        request=change_deployed_by(repository, notice.revision),
        repository=repository,
        environment=environment,
        started_by=person_of(notice.started_by, repository.host, received_at),
        external_id=notice.identity,
    )
    _began_earlier(deployment, at)
    if notice.outcome:
        _ended(deployment, notice.outcome, max(notice.state_at or at, deployment.started_at))
    if notice.outcome and environment is Environment.STAGING:
        record_staging(
            deployment,
            name=notice.state_environment or notice.environment,
            outcome=notice.outcome,
            started_at=at,
            finished_at=max(notice.state_at or at, at),
        )
    return ""


def _ended(deployment: Deployment, outcome: DeploymentOutcome, at: datetime) -> None:
    """Of several outcomes that a host tells, the earliest by its own time is the one; of two at
    once, the failure. What was verified since stays as it is.
    """
    if deployment.outcome == DeploymentOutcome.RUNNING:
        end_deployment(deployment=deployment, at=at, outcome=outcome)
        return
    change, ended = held(deployment)
    told = DeploymentOutcome(ended.outcome)
    if told not in ENDED_AS or ended.finished_at is None or ended.verifications.exists():
        return
    failed = DeploymentOutcome.FAILED
    if (at, outcome != failed) >= (ended.finished_at, told != failed):
        return
    ended.outcome, ended.finished_at = outcome, at
    ended.save()
    announce(Announcement(f"deployment.{outcome}", ended, at, None, change))
    before, action = ENDED_AS[told][1], ENDED_AS[outcome][1]
    if change and before is not action and is_latest(change, ended):
        if change.state == STEPS[before].to:
            enter(change, action)
        save(change, action, None, at)


def environment_of(notice: DeploymentNotice) -> Environment | None:
    name = (notice.state_environment or notice.environment).strip().lower()
    first = name.replace("_", "-").partition("/")[0].partition(" ")[0]
    if notice.is_production or first in PRODUCTION:
        return Environment.PRODUCTION
    return Environment.STAGING if first in STAGING else None


def _began_earlier(deployment: Deployment, at: datetime) -> None:
    """Each state of it has a time; the earliest is when it began, and its change is counted by
    the first of its deployments.
    """
    if at >= deployment.started_at:
        return
    change, _ = held(deployment)
    deployment.started_at, deployment.policy_version = at, version_in_force(at)
    deployment.save()
    told = Announcement("deployment.recorded", deployment, at, deployment.started_by, change)
    announce(told)
    if change and deployment.environment == Environment.PRODUCTION:
        first = to_production(change).aggregate(first=Min("started_at"))["first"]
        if change.counted_at != first:
            change.counted_at = first
            change.save()
            announce(Announcement("change.counted", change, at, None, change))
