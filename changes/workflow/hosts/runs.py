"""Runs of the pipeline: checks, statuses, workflows and jobs, once they have an outcome."""

from changes.intake.hosts.notices import RunNotice
from changes.intake.stages import stage_of
from changes.models import ChangeRequest, PullRequest, Repository
from changes.queries.policies import version_in_force
from changes.workflow.hosts.linking import change_deployed_by
from changes.workflow.sources import record_run

NAME_MAXIMUM = 200


def record_run_notice(repository: Repository, notice: RunNotice) -> str:
    """While it runs there is nothing to record: the outcome comes with a delivery of its own."""
    if notice.outcome is None:
        return f"{notice.name or notice.kind} is {notice.status}: its outcome is still to come."
    started_at = notice.started_at or notice.finished_at
    if started_at is None:
        return f"{notice.name or notice.kind} was not run."
    finished_at = max(started_at, notice.finished_at or started_at)
    name = (notice.name or notice.kind)[:NAME_MAXIMUM]
    checks = version_in_force(started_at).pipeline_checks
    record_run(
        repository=repository,
        revision=notice.revision,
        stage=stage_of(name, notice.stage, checks),
        check_name=name,
        outcome=notice.outcome,
        started_at=started_at,
        finished_at=finished_at,
        change=change_of_run(repository, notice.revision),
    )
    return ""


def change_of_run(repository: Repository, revision: str) -> ChangeRequest | None:
    """That of the pull request whose head ran, else the one that the revision belongs to."""
    pull = PullRequest.objects.filter(repository=repository, head_revision=revision).first()
    return pull.change if pull else change_deployed_by(repository, revision)
