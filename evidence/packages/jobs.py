"""Jobs as rows: asked for, claimed, kept alive, taken up again, ended.

Every step is a conditional update that one process alone can win, so it does not matter how
often a worker is woken, nor whether a message is lost.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, QuerySet

from changes import clock
from changes.models import Person
from changes.quarters import Quarter
from evidence.models import CompileJob, CompilePart, Package
from evidence.vocabulary import JobState, Phase

# How often a part is tried, and how often a job is frozen or published (twice where all is well).
PART_ATTEMPTS = 4
JOB_ATTEMPTS = 6


class Lost(Exception):
    """Another process took the work over, or the job ended: what is in hand is thrown away."""


@dataclass(frozen=True)
class Wake:
    """Work that waits for a worker: so many workers may take it up."""

    phase: Phase
    job: int
    workers: int = 1


def request_job(
    *, quarter: Quarter, is_forced: bool, actor: Person | None, at: datetime
) -> CompileJob:
    """The job for a quarter: the one under way, if there is one, else a new one."""
    values = {"is_forced": is_forced, "requested_by": actor, "requested_at": at, "heartbeat_at": at}
    try:
        with transaction.atomic():
            return CompileJob.objects.create(quarter=str(quarter), **values)
    except IntegrityError:
        under_way = unfinished().filter(quarter=str(quarter)).first()
        if under_way is None:  # it ended between the two questions
            return request_job(quarter=quarter, is_forced=is_forced, actor=actor, at=at)
        if is_forced:
            unfinished().filter(pk=under_way.pk).update(is_forced=True)
        return under_way


def unfinished() -> QuerySet[CompileJob]:
    return CompileJob.objects.exclude(state__in=[JobState.DONE, JobState.FAILED])


def claim_freeze(job_pk: int) -> CompileJob | None:
    """The job, if it waits to be frozen and this process is the one that does it."""
    queued = CompileJob.objects.filter(pk=job_pk, state=JobState.QUEUED)
    return _claimed(queued, job_pk, state=JobState.RUNNING)


def claim_publish(job_pk: int) -> CompileJob | None:
    """The job, if every part is done and this process is the one that publishes."""
    open_parts = CompilePart.objects.filter(job=job_pk).exclude(state=JobState.DONE)
    ready = CompileJob.objects.filter(
        ~Exists(open_parts), pk=job_pk, state=JobState.RUNNING, phase=Phase.SHEETS
    )
    return _claimed(ready, job_pk, phase=Phase.PUBLISH)


def claim_part(job_pk: int) -> CompilePart | None:
    """The next part that nobody works on."""
    queued = CompilePart.objects.filter(
        job=job_pk, job__state=JobState.RUNNING, job__phase=Phase.SHEETS, state=JobState.QUEUED
    )
    while part := queued.defer("frozen").first():
        claim = uuid.uuid4().hex
        won = CompilePart.objects.filter(pk=part.pk, state=JobState.QUEUED).update(
            state=JobState.RUNNING,
            claim=claim,
            attempts=part.attempts + 1,
            heartbeat_at=clock.now(),
        )
        if won:
            return CompilePart.objects.select_related("job").get(pk=part.pk)
    return None


def keep_job(job: CompileJob) -> None:
    """A sign of life. Raises Lost where the job is not this process's any more."""
    mine = CompileJob.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING)
    if not mine.update(heartbeat_at=clock.now()):
        raise Lost


def keep_part(part: CompilePart, done: int) -> None:
    _update_part(part, done=done)


def finish_part(part: CompilePart) -> None:
    _update_part(part, done=part.total, state=JobState.DONE)


def put_back(part: CompilePart) -> None:
    """After an error: for another attempt, by anybody."""
    _update_part(part, done=0, state=JobState.QUEUED, claim="")


def _update_part(part: CompilePart, **values: object) -> None:
    """Also a sign of life of the job. Raises Lost where the part is not this process's any more."""
    now = clock.now()
    mine = CompilePart.objects.filter(pk=part.pk, claim=part.claim, state=JobState.RUNNING)
    if not mine.update(heartbeat_at=now, **values):
        raise Lost
    CompileJob.objects.filter(pk=part.job_id, phase=Phase.SHEETS).update(heartbeat_at=now)


def take_back(job: CompileJob) -> list[Wake]:
    """To where it began: for another attempt, by anybody."""
    phase = Phase(job.phase)
    begin: dict[str, str] = (
        {"state": JobState.QUEUED} if phase is Phase.FREEZE else {"phase": Phase.SHEETS}
    )
    same = unfinished().filter(pk=job.pk, claim=job.claim)
    won = same.update(claim="", heartbeat_at=clock.now(), **begin)
    return [Wake(phase, job.pk)] if won else []


def freeze_anew(job: CompileJob) -> list[Wake]:
    """What was frozen does not help any more: the record is read again."""
    won = (
        unfinished()
        .filter(pk=job.pk, claim=job.claim)
        .update(state=JobState.QUEUED, phase=Phase.FREEZE, claim="", heartbeat_at=clock.now())
    )
    return [Wake(Phase.FREEZE, job.pk)] if won else []


def finish_job(job: CompileJob, package: Package) -> None:
    """Within the transaction that writes the package. What its parts held goes away."""
    mine = CompileJob.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING)
    if not mine.update(
        state=JobState.DONE, package=package, finished_at=clock.now(), frozen={}, claim=""
    ):
        raise Lost
    job.parts.all().delete()


def fail_job(job_pk: int, sentence: str) -> None:
    """The end of a job that cannot be done; nothing of it is published."""
    with transaction.atomic():
        unfinished().filter(pk=job_pk).update(
            state=JobState.FAILED, error=sentence, finished_at=clock.now(), frozen={}, claim=""
        )
        CompilePart.objects.filter(job=job_pk).delete()


def _claimed(candidates: QuerySet[CompileJob], job_pk: int, **values: str) -> CompileJob | None:
    won = candidates.update(
        claim=uuid.uuid4().hex, attempts=F("attempts") + 1, heartbeat_at=clock.now(), **values
    )
    return CompileJob.objects.get(pk=job_pk) if won else None
