"""A deployment to staging is a stage of the pipeline too: nobody has to report it twice."""

from datetime import datetime

from changes.models import Deployment, PipelineRun
from changes.vocabulary import DeploymentOutcome, PipelineStage, RunOutcome
from changes.workflow.sources import record_run

OUTCOMES = {
    DeploymentOutcome.SUCCEEDED: RunOutcome.PASSED,
    DeploymentOutcome.FAILED: RunOutcome.FAILED,
}
NAME_MAXIMUM = 200


def record_staging(
    deployment: Deployment,
    *,
    name: str,
    outcome: DeploymentOutcome,
    started_at: datetime,
    finished_at: datetime,
) -> None:
    """The run of the check that the environment is called after. Of several ends that are told of
    one start the earliest is the one; of two at once, the failure.
    """
    if deployment.repository is None or outcome not in OUTCOMES:
        return
    check_name, told = name.strip()[:NAME_MAXIMUM], OUTCOMES[outcome]
    known = PipelineRun.objects.filter(
        repository=deployment.repository,
        revision=deployment.revision,
        stage=PipelineStage.DEPLOY_STAGING,
        check_name=check_name,
        started_at=started_at,
    ).first()
    if (
        known
        and known.finished_at
        and _rank(known.finished_at, known.outcome) <= _rank(finished_at, told)
    ):
        return
    record_run(
        repository=deployment.repository,
        revision=deployment.revision,
        stage=PipelineStage.DEPLOY_STAGING,
        check_name=check_name,
        outcome=told,
        started_at=started_at,
        finished_at=finished_at,
        change=deployment.change,
    )


def _rank(at: datetime, outcome: str) -> tuple[datetime, bool]:
    return at, outcome != RunOutcome.FAILED
