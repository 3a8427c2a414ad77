"""Deployments as their systems tell them, state by state and in any order."""

from datetime import datetime

from changes.announcements import Announcement, announce
from changes.intake.hosts.notices import DeploymentNotice
from changes.models import Deployment, Repository
from changes.queries.policies import version_in_force
from changes.vocabulary import DeploymentOutcome, Environment
from changes.workflow.hosts.linking import change_deployed_by
from changes.workflow.hosts.repositories import mark_reporting, person_of
from changes.workflow.reports import report_deployment, report_deployment_finished
from changes.workflow.steps import check_time

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
    if notice.outcome and deployment.outcome == DeploymentOutcome.RUNNING:
        report_deployment_finished(
            deployment=deployment,
            at=max(notice.state_at or at, deployment.started_at),
            outcome=notice.outcome,
        )
    return ""


def environment_of(notice: DeploymentNotice) -> Environment | None:
    name = (notice.state_environment or notice.environment).strip().lower()
    first = name.replace("_", "-").partition("/")[0].partition(" ")[0]
    if notice.is_production or first in PRODUCTION:
        return Environment.PRODUCTION
    return Environment.STAGING if first in STAGING else None


def _began_earlier(deployment: Deployment, at: datetime) -> None:
    """Each state of it has a time; the earliest is when it began."""
    if at < deployment.started_at:
        deployment.started_at, deployment.policy_version = at, version_in_force(at)
        deployment.save()
        announce(
            Announcement(
                "deployment.recorded", deployment, at, deployment.started_by, deployment.change
            )
        )
