"""A deployment to staging, told or reported, is that stage of the pipeline as well."""

import random
from datetime import timedelta
from typing import Any

import pytest

from changes.models import PipelineRun, Repository
from changes.vocabulary import DeploymentOutcome, Environment, RunOutcome
from changes.workflow.reports import report_deployment, report_deployment_finished
from tests.changes.workflow.hosts import session
from tests.changes.workflow.hosts.telling import Told, tell
from tests.changes.workflow.hosts.test_order_elsewhere import gitlab_deployment
from tests.factories.source import RepositoryFactory

pytestmark = pytest.mark.django_db
SUCCEEDED, FAILED = DeploymentOutcome.SUCCEEDED, DeploymentOutcome.FAILED


def to_staging(told: Any, environment: str = "staging") -> Told:
    event, payload = told
    for holder in (payload, payload.get("deployment", {}), payload.get("deployment_status", {})):
        if isinstance(holder, dict) and "environment" in holder:
            holder["environment"] = environment
    return "github", (event, payload)


def at_gitlab(status: str, minutes: int) -> Told:
    source, (kind, payload) = gitlab_deployment(status, minutes)
    return source, (kind, {**payload, "environment": "staging", "environment_tier": "staging"})


def runs() -> list[tuple[str, str, str, Any, Any]]:
    rows = PipelineRun.objects.order_by("started_at")
    return [(r.stage, r.check_name, r.outcome, r.started_at, r.finished_at) for r in rows]


def test_deployment_to_staging_is_a_run_of_its_stage() -> None:
    tell(
        [
            to_staging(session.deployed(1, 60)),
            to_staging(session.deployment_state(1, 60, "in_progress", 61)),
            to_staging(session.deployment_state(1, 60, "success", 64)),
        ]
    )

    moments = session.moment(60), session.moment(64)
    assert runs() == [("deploy_staging", "staging", RunOutcome.PASSED, *moments)]


def test_check_is_called_after_the_environment() -> None:
    tell([to_staging(session.deployment_state(1, 60, "failure", 64), "pre-production")])

    assert [run[1:3] for run in runs()] == [("pre-production", RunOutcome.FAILED)]


def test_deployment_to_production_is_no_run() -> None:
    tell([("github", session.deployment_state(1, 60, "success", 64))])

    assert runs() == []


@pytest.mark.parametrize("seed", range(4))
def test_order_makes_no_difference(seed: int) -> None:
    events = [
        to_staging(session.deployed(1, 60)),
        to_staging(session.deployment_state(1, 60, "success", 70)),
        to_staging(session.deployment_state(1, 60, "failure", 66)),
        to_staging(session.deployment_state(1, 60, "success", 66)),
        at_gitlab("created", 50),
        at_gitlab("running", 51),
        at_gitlab("success", 55),
    ]
    random.Random(seed).shuffle(events)

    tell(events)

    at_github = session.moment(60), session.moment(66)
    assert runs() == [
        ("deploy_staging", "staging", RunOutcome.PASSED, session.moment(55), session.moment(55)),
        ("deploy_staging", "staging", RunOutcome.FAILED, *at_github),
    ]


@pytest.fixture
def repository() -> Repository:
    return RepositoryFactory.create()


def finished(repository: Repository | None, outcome: DeploymentOutcome) -> None:
    deployment = report_deployment(
        revision="a" * 40,
        at=session.moment(10),
        repository=repository,
        environment=Environment.STAGING,
    )
    for minutes in (12, 14):
        at = session.moment(10) + timedelta(minutes=minutes)
        report_deployment_finished(deployment=deployment, at=at, outcome=outcome)


@pytest.mark.parametrize(
    ("outcome", "shown"), [(SUCCEEDED, RunOutcome.PASSED), (FAILED, RunOutcome.FAILED)]
)
def test_report_of_a_deployment_to_staging(
    outcome: DeploymentOutcome, shown: RunOutcome, repository: Repository
) -> None:
    finished(repository, outcome)

    moments = session.moment(10), session.moment(22)
    assert runs() == [("deploy_staging", "staging", shown, *moments)]


def test_report_without_a_repository_is_no_run() -> None:
    finished(None, SUCCEEDED)

    assert runs() == []
