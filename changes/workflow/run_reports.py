"""What a pipeline reports of its runs by itself, where no git host does it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from changes.models import ChangeRequest, Person, PipelineRun, Repository
from changes.vocabulary import PipelineStage, RunOutcome
from changes.workflow.hosts.runs import change_of_run
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.revisions import full_revision
from changes.workflow.sources import record_run
from changes.workflow.steps import check_time


@dataclass(frozen=True)
class ReportedRun:
    """`change` is the one that the run counts for; None where no pull request has the revision."""

    run: PipelineRun
    change: ChangeRequest | None


@transaction.atomic
def report_run(
    *,
    repository: Repository,
    revision: str,
    stage: PipelineStage,
    check_name: str,
    outcome: RunOutcome,
    started_at: datetime,
    finished_at: datetime,
    reporter: Person,
    url: str = "",
) -> ReportedRun:
    """A run that has ended. The same report again changes nothing; a run that has ended keeps
    how it did: one that began at another time is another run.
    """
    _check_when(started_at=started_at, finished_at=finished_at)
    revision = full_revision(revision)
    held = Repository.objects.select_for_update().get(pk=repository.pk)
    known = held.runs.filter(
        revision=revision, stage=stage, check_name=check_name, started_at=started_at
    ).first()
    if known and known.finished_at and (known.outcome, known.finished_at) != (outcome, finished_at):
        ended = f"ended at {known.finished_at.isoformat()} already"
        raise NotNow(f"{known}, {ended}: another run needs a started_at of its own.")
    change = change_of_run(held, revision)
    run = record_run(
        repository=held,
        revision=revision,
        stage=stage,
        check_name=check_name,
        outcome=outcome,
        started_at=started_at,
        finished_at=finished_at,
        change=change,
        url=url,
        actor=reporter,
    )
    return ReportedRun(run, change)


def _check_when(**moments: datetime) -> None:
    for name, at in moments.items():
        try:
            check_time(at)
        except Invalid as error:
            raise Invalid({name: str(error)}) from error
