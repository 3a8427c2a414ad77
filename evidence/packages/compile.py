"""Compiling a quarter: what a worker does when it is woken, in any order, any number of times."""

import logging
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from changes.quarters import Quarter, parse_quarter
from evidence.models import CompileJob, CompilePart, LedgerCheck, Package
from evidence.packages.bundle import file_digest
from evidence.packages.dossiers import make_part
from evidence.packages.freeze import SIZES, freeze, record_digest, store
from evidence.packages.jobs import (
    JOB_ATTEMPTS,
    PART_ATTEMPTS,
    Lost,
    Wake,
    claim_freeze,
    claim_part,
    claim_publish,
    fail_job,
    finish_job,
    finish_part,
    freeze_anew,
    put_back,
    take_back,
)
from evidence.packages.kept import MissingSheet
from evidence.packages.publish import publish
from evidence.packages.spool import Spool
from evidence.queries.ledger import alarm
from evidence.vocabulary import JobState, Phase

logger = logging.getLogger(__name__)


def start_job(job_pk: int) -> list[Wake]:
    """Freeze the record; where nothing is left to render, publish as well."""
    job = claim_freeze(job_pk)
    return _attempted(job, _freeze) if job else []


def make_sheets(job_pk: int) -> list[Wake]:
    """The next part. The worker that finishes the last one publishes."""
    part = claim_part(job_pk)
    if part is None:
        return finish(job_pk)
    try:
        make_part(part)
        finish_part(part)
    except Lost:
        return []
    except Exception as error:
        logger.exception("%s failed", part)
        return _part_again(part, error)
    return _after_part(job_pk)


def finish(job_pk: int) -> list[Wake]:
    """Publish, if every part is done and nobody else does it."""
    job = claim_publish(job_pk)
    return _attempted(job, _publish) if job else []


def unchanged_package(quarter: Quarter) -> Package | None:
    """The newest revision, if the record has not changed since and its file is whole."""
    return _still_valid(str(quarter), lambda: record_digest(quarter))


def _freeze(job: CompileJob) -> list[Wake]:
    if check := alarm():
        fail_job(job.pk, _alarmed(check))
        return []
    with Spool(SIZES) as spool:
        frozen = freeze(parse_quarter(job.quarter, settings.REPORTING_TIME_ZONE), spool)
        package = _still_valid(job.quarter, lambda: frozen["record_sha256"])
        job.refresh_from_db(fields=["is_forced"])
        if package and not job.is_forced:
            finish_job(job, package)
            return []
        store(job, frozen, spool)
    waiting = job.parts.exclude(state=JobState.DONE).count()
    return [Wake(Phase.SHEETS, job.pk, waiting)] if waiting else finish(job.pk)


def _publish(job: CompileJob) -> list[Wake]:
    try:
        publish(job)
    except MissingSheet:
        return freeze_anew(job)
    return []


def _attempted(job: CompileJob, step: Callable[[CompileJob], list[Wake]]) -> list[Wake]:
    """An error ends the attempt, and after several the job; never the worker."""
    try:
        return step(job)
    except Lost:
        return []
    except Exception as error:
        logger.exception("%s failed", job)
        if job.attempts < JOB_ATTEMPTS:
            return take_back(job)
        fail_job(job.pk, _sentence(job, error))
        return []


def _part_again(part: CompilePart, error: Exception) -> list[Wake]:
    if part.attempts >= PART_ATTEMPTS:
        fail_job(part.job_id, _sentence(part.job, error))
        return []
    try:
        put_back(part)
    except Lost:
        return []
    return [Wake(Phase.SHEETS, part.job_id)]


def _after_part(job_pk: int) -> list[Wake]:
    """A message that was lost leaves a part that nobody was woken for: wake for one more."""
    parts = CompilePart.objects.filter(job=job_pk)
    if parts.filter(state=JobState.RUNNING).exists():
        return []
    if parts.filter(state=JobState.QUEUED).exists():
        return [Wake(Phase.SHEETS, job_pk)]
    return finish(job_pk)


def _still_valid(quarter: str, record_sha256: Callable[[], str]) -> Package | None:
    package = Package.objects.filter(quarter=quarter).order_by("-revision").first()
    if package is None or not _is_whole(package) or package.record_sha256 != record_sha256():
        return None
    return package


def _is_whole(package: Package) -> bool:
    path = Path(settings.PACKAGES_DIR) / package.file_name
    return path.is_file() and file_digest(path) == package.sha256


def _alarmed(check: LedgerCheck) -> str:
    return (
        f"The ledger does not fit the record: {check.found} differences were found, the first:"
        f" {check.differences[0]} Nothing is compiled until verify_ledger finds none."
    )


def _sentence(job: CompileJob, error: Exception) -> str:
    reason = str(error) or type(error).__name__
    return f"Compiling {job.quarter} failed: {reason.rstrip('.')}."
