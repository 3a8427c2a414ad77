"""Celery tasks: a body is a call. Whoever starts one may lose it: the rows know what is due."""

import logging
from collections.abc import Iterable

from celery import shared_task
from kombu.exceptions import ChannelError, OperationalError

from changes import clock
from evidence.ledger.check import check_ledger as check_whole_ledger
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.sequence import seal
from evidence.ledger.time_stamps import stamp_newest
from evidence.packages import compile as compiling
from evidence.packages.jobs import Wake
from evidence.packages.sweep import requeue_stuck_jobs as stuck_jobs
from evidence.vocabulary import Phase

logger = logging.getLogger(__name__)


@shared_task(name="evidence.compile_package")
def compile_package(job_pk: int) -> None:
    wake(compiling.start_job(job_pk))


@shared_task(name="evidence.render_part")
def render_part(job_pk: int) -> None:
    wake(compiling.make_sheets(job_pk))


@shared_task(name="evidence.publish_package")
def publish_package(job_pk: int) -> None:
    wake(compiling.finish(job_pk))


@shared_task(name="evidence.requeue_stuck_jobs")
def requeue_stuck_jobs() -> None:
    wake(stuck_jobs())


@shared_task(name="evidence.seal_events")
def seal_events() -> None:
    seal()


@shared_task(name="evidence.issue_checkpoint")
def issue_checkpoint() -> None:
    checkpoint_now(clock.now())


@shared_task(name="evidence.stamp_checkpoint")
def stamp_checkpoint() -> None:
    stamp_newest()


@shared_task(name="evidence.check_ledger")
def check_ledger() -> None:
    check_whole_ledger()


TASKS = {
    Phase.FREEZE: compile_package,
    Phase.SHEETS: render_part,
    Phase.PUBLISH: publish_package,
}


def wake(wakes: Iterable[Wake]) -> bool:
    """Whether the broker took every message. What it refused is sent again by the sweep."""
    try:
        for due in wakes:
            for _ in range(due.workers):
                TASKS[due.phase].delay_on_commit(due.job)  # type: ignore[attr-defined] # of Django's
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("The broker does not answer (%s); the job stays queued.", error)
        return False
    return True
