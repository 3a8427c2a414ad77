"""`compile_package 2026Q3`: compile a quarter's evidence package through Celery."""

import signal
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from changes import clock
from changes.quarters import Quarter, QuarterError
from evidence.forms import quarter_that_has_begun
from evidence.models import CompileJob, Package
from evidence.packages.compile import unchanged_package
from evidence.packages.crew import Crew, a_worker_answers
from evidence.packages.jobs import Wake, request_job
from evidence.packages.output import Unwritable, copied, writable_folder
from evidence.packages.progress import ProgressBar
from evidence.packages.sweep import requeue_stuck_jobs
from evidence.queries.packages import progress_of
from evidence.tasks import wake
from evidence.vocabulary import JobState, Phase

UNUSABLE, FAILED = 2, 1
LOOK_EVERY_SECONDS, SWEEP_EVERY_SECONDS = 0.2, 3.0


class Command(BaseCommand):
    help = "Compile the evidence package of a quarter; the last line names the zip."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quarter", help="a year, Q and 1 to 4, such as 2026Q3")
        parser.add_argument("--output", metavar="DIR", help="put a copy of the zip there")
        parser.add_argument(
            "--force", action="store_true", help="a new revision, though nothing has changed"
        )

    def handle(self, *, quarter: str, output: str | None, force: bool, **_: Any) -> None:
        try:
            wanted = quarter_that_has_begun(quarter)
            folder = writable_folder(output) if output is not None else None
        except (QuarterError, Unwritable) as error:
            raise CommandError(str(error), returncode=UNUSABLE) from error
        try:
            with _ended_by_signal():
                package = self._package(wanted, is_forced=force)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. The job is kept: the next worker takes it up again.")
            sys.exit(130)
        except DatabaseError as error:
            raise CommandError(
                f"The database does not answer: {error}", returncode=UNUSABLE
            ) from error
        path = Path(settings.PACKAGES_DIR) / package.file_name
        self.stdout.write(str(copied(path, folder) if folder else path))

    def _package(self, quarter: Quarter, *, is_forced: bool) -> Package:
        if not is_forced and (package := unchanged_package(quarter)):
            self.stderr.write(f"The record has not changed since {package}.")
            return package
        job = request_job(quarter=quarter, is_forced=is_forced, actor=None, at=clock.now())
        if not wake([Wake(Phase.FREEZE, job.pk)]):
            raise CommandError(
                "The broker does not answer. The job is kept and will be compiled when it does.",
                returncode=FAILED,
            )
        with Crew() as crew:
            if not a_worker_answers():
                crew.hire()
            return self._outcome(_waited_for(job, crew, ProgressBar(self.stderr)))

    def _outcome(self, job: CompileJob) -> Package:
        if job.package is None:
            raise CommandError(job.error, returncode=FAILED)
        return job.package


def _waited_for(job: CompileJob, crew: Crew, bar: ProgressBar) -> CompileJob:
    """Until the job is over; meanwhile this command is the beat, and hires where nobody works."""
    swept = moved = time.monotonic()
    before = None
    while not job.is_over:
        progress = progress_of(job)
        bar.show(progress)
        time.sleep(LOOK_EVERY_SECONDS)
        now = time.monotonic()
        if progress != before:
            before, moved = progress, now
        if now - swept > SWEEP_EVERY_SECONDS:
            swept = now
            wake(requeue_stuck_jobs())
            if crew.is_at_work or now - moved > settings.JOB_STUCK_SECONDS:
                crew.hire()
            if crew.is_spent:
                raise CommandError(crew.why_spent, returncode=FAILED)
        job.refresh_from_db()
    bar.close(is_whole=job.state == JobState.DONE)
    return job


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does: workers first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(*_: object) -> NoReturn:
    raise KeyboardInterrupt
