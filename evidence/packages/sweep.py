"""Taking up what is silent for too long: lost messages, killed workers, a broker that was down."""

from datetime import datetime, timedelta

from django.conf import settings

from changes import clock
from evidence.models import CompileJob
from evidence.packages.jobs import (
    JOB_ATTEMPTS,
    PART_ATTEMPTS,
    Wake,
    fail_job,
    take_back,
    unfinished,
)
from evidence.vocabulary import JobState, Phase

# What merely waits for a worker is announced again sooner than a silent worker is given up.
ANNOUNCE_AGAIN_SECONDS = 15
# Freezing gives no sign of life, so a large quarter is given longer.
FROZEN_A_SECOND = 50
GAVE_UP = (
    "Compiling {quarter} was given up: its workers fell silent {attempts} times. "
    "Look into their log, then compile again."
)


def requeue_stuck_jobs() -> list[Wake]:
    """Puts back what nobody works on any more, and says whom to wake."""
    now = clock.now()
    return [wake for job in unfinished() for wake in _of_job(job, now)]


def _of_job(job: CompileJob, now: datetime) -> list[Wake]:
    if job.state == JobState.QUEUED:
        return _announced_again(job, now, Wake(Phase.FREEZE, job.pk))
    if job.phase == Phase.SHEETS:
        return _of_parts(job, now)
    return _taken_back(job, now)


def _announced_again(job: CompileJob, now: datetime, wake: Wake) -> list[Wake]:
    """The heartbeat of what waits is its last announcement."""
    patience = min(ANNOUNCE_AGAIN_SECONDS, settings.JOB_STUCK_SECONDS)
    if now - job.heartbeat_at < timedelta(seconds=patience):
        return []
    same = CompileJob.objects.filter(pk=job.pk, state=job.state, heartbeat_at=job.heartbeat_at)
    return [wake] if same.update(heartbeat_at=now) else []


def _taken_back(job: CompileJob, now: datetime) -> list[Wake]:
    """A worker that froze or published fell silent: back to where it began."""
    seconds = settings.JOB_STUCK_SECONDS + job.total / FROZEN_A_SECOND
    if now - job.heartbeat_at < timedelta(seconds=seconds):
        return []
    if job.attempts >= JOB_ATTEMPTS:
        fail_job(job.pk, _gave_up(job, JOB_ATTEMPTS))
        return []
    return take_back(job)


def _of_parts(job: CompileJob, now: datetime) -> list[Wake]:
    silent = now - timedelta(seconds=settings.JOB_STUCK_SECONDS)
    stuck = job.parts.filter(state=JobState.RUNNING, heartbeat_at__lte=silent)
    if stuck.filter(attempts__gte=PART_ATTEMPTS).exists():
        fail_job(job.pk, _gave_up(job, PART_ATTEMPTS))
        return []
    put_back = stuck.update(state=JobState.QUEUED, claim="", heartbeat_at=now)
    waiting = job.parts.filter(state=JobState.QUEUED).count()
    if put_back:
        return [Wake(Phase.SHEETS, job.pk, waiting)]
    if job.parts.filter(state=JobState.RUNNING).exists():
        return []
    wake = Wake(Phase.SHEETS, job.pk, waiting) if waiting else Wake(Phase.PUBLISH, job.pk)
    return _announced_again(job, now, wake)


def _gave_up(job: CompileJob, attempts: int) -> str:
    return GAVE_UP.format(quarter=job.quarter, attempts=attempts)
