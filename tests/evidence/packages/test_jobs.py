"""Rows that one process alone can win, and work that nobody loses."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from changes import clock
from evidence.models import CompileJob, CompilePart, Package
from evidence.packages import compile as compiling
from evidence.packages import freeze, publish
from evidence.packages.compile import finish, make_sheets, start_job
from evidence.packages.dossiers import make_part
from evidence.packages.jobs import (
    JOB_ATTEMPTS,
    PART_ATTEMPTS,
    Lost,
    Wake,
    claim_freeze,
    claim_part,
    claim_publish,
    finish_part,
    keep_job,
    keep_part,
)
from evidence.packages.sweep import ANNOUNCE_AGAIN_SECONDS, requeue_stuck_jobs
from evidence.vocabulary import JobState, PartKind, Phase
from tests.evidence.packages.compiling import new_job, work_off
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_sheets")]
STUCK = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setitem(freeze.SIZES, PartKind.DOSSIERS, 2)
    settings.JOB_STUCK_SECONDS = STUCK.seconds


@pytest.fixture
def frozen_job() -> CompileJob:
    """Three parts of two changes, and nobody at work."""
    ChangeRequestFactory.create_batch(6)
    job = new_job()
    start_job(job.pk)
    job.refresh_from_db()
    return job


def state_of(job: CompileJob) -> tuple[str, str]:
    job.refresh_from_db()
    return job.state, job.phase


def test_second_request_joins_the_job_under_way() -> None:
    first = new_job()

    assert new_job(is_forced=True) == first
    assert CompileJob.objects.get().is_forced


def test_request_after_the_end_is_a_new_job() -> None:
    first = new_job()
    work_off(Wake(Phase.FREEZE, first.pk))

    assert new_job() != first


def test_one_process_freezes() -> None:
    job = new_job()

    assert claim_freeze(job.pk) is not None
    assert claim_freeze(job.pk) is None


def test_each_part_is_claimed_once(frozen_job: CompileJob) -> None:
    claimed = [claim_part(frozen_job.pk) for _ in range(4)]

    assert len({part.pk for part in claimed if part}) == 3
    assert claimed[3] is None


def test_nobody_publishes_before_the_last_part_is_done(frozen_job: CompileJob) -> None:
    parts = [claim_part(frozen_job.pk) for _ in range(3)]
    for part in parts:
        assert claim_publish(frozen_job.pk) is None
        assert part is not None
        finish_part(part)

    assert claim_publish(frozen_job.pk) is not None
    assert claim_publish(frozen_job.pk) is None


def test_worker_that_finishes_the_last_part_publishes(frozen_job: CompileJob) -> None:
    for _ in range(3):
        make_sheets(frozen_job.pk)

    assert state_of(frozen_job) == (JobState.DONE, Phase.PUBLISH)


def test_part_whose_message_was_lost_is_woken_for_by_the_last_worker(
    frozen_job: CompileJob,
) -> None:
    assert make_sheets(frozen_job.pk) == [Wake(Phase.SHEETS, frozen_job.pk)]


def test_sweep_leaves_alone_what_shows_signs_of_life(frozen_job: CompileJob) -> None:
    claim_part(frozen_job.pk)

    assert requeue_stuck_jobs() == []


def test_sweep_announces_a_queued_job_again() -> None:
    job = new_job()
    with clock.simulated(NOW + timedelta(seconds=ANNOUNCE_AGAIN_SECONDS)):
        assert requeue_stuck_jobs() == [Wake(Phase.FREEZE, job.pk)]
        assert requeue_stuck_jobs() == []


def test_part_of_a_killed_worker_is_taken_up_again(frozen_job: CompileJob) -> None:
    part = claim_part(frozen_job.pk)
    assert part is not None
    with clock.simulated(NOW + STUCK):
        wakes = requeue_stuck_jobs()
        work_off(*wakes)

    assert wakes == [Wake(Phase.SHEETS, frozen_job.pk, 3)]
    assert state_of(frozen_job)[0] == JobState.DONE


def test_worker_that_comes_back_too_late_has_lost_its_part(frozen_job: CompileJob) -> None:
    part = claim_part(frozen_job.pk)
    assert part is not None
    with clock.simulated(NOW + STUCK):
        requeue_stuck_jobs()
        claim_part(frozen_job.pk)

    with pytest.raises(Lost):
        keep_part(part, 1)
    with pytest.raises(Lost):
        finish_part(part)


def test_worker_that_comes_back_too_late_publishes_nothing(frozen_job: CompileJob) -> None:
    late = _ready_to_publish(frozen_job)
    with clock.simulated(NOW + STUCK * 2):
        work_off(*requeue_stuck_jobs())

    with pytest.raises(Lost):
        publish.publish(late)
    assert Package.objects.count() == 1


def test_killed_while_publishing_another_publishes(frozen_job: CompileJob) -> None:
    _ready_to_publish(frozen_job)
    with clock.simulated(NOW + STUCK * 2):
        work_off(*requeue_stuck_jobs())

    assert state_of(frozen_job)[0] == JobState.DONE


def test_killed_while_freezing_another_freezes() -> None:
    job = new_job()
    claim_freeze(job.pk)
    with clock.simulated(NOW + STUCK):
        wakes = requeue_stuck_jobs()

    assert wakes == [Wake(Phase.FREEZE, job.pk)]
    assert state_of(job) == (JobState.QUEUED, Phase.FREEZE)


def test_lost_message_of_the_publisher_is_sent_again(frozen_job: CompileJob) -> None:
    CompilePart.objects.update(state=JobState.DONE)
    with clock.simulated(NOW + STUCK):
        assert requeue_stuck_jobs() == [Wake(Phase.PUBLISH, frozen_job.pk)]


def test_part_that_kills_its_workers_fails_the_job(frozen_job: CompileJob) -> None:
    for attempt in range(1, PART_ATTEMPTS + 1):
        claim_part(frozen_job.pk)
        CompilePart.objects.filter(ordinal__gt=0).update(state=JobState.DONE)
        with clock.simulated(NOW + STUCK * attempt):
            requeue_stuck_jobs()

    assert state_of(frozen_job)[0] == JobState.FAILED
    assert "given up" in frozen_job.error


def test_publishing_that_kills_its_workers_fails_the_job(frozen_job: CompileJob) -> None:
    CompilePart.objects.update(state=JobState.DONE)
    CompileJob.objects.update(attempts=JOB_ATTEMPTS - 1)
    claim_publish(frozen_job.pk)
    with clock.simulated(NOW + STUCK * 2):
        requeue_stuck_jobs()

    assert state_of(frozen_job)[0] == JobState.FAILED


def test_error_is_tried_again_and_then_a_sentence(
    frozen_job: CompileJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(part: CompilePart) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiling, "make_part", broken)
    wakes = [Wake(Phase.SHEETS, frozen_job.pk)]
    work_off(*wakes)

    assert state_of(frozen_job)[0] == JobState.FAILED
    assert "No space left on device" in frozen_job.error
    assert CompilePart.objects.count() == 0


def test_error_while_publishing_leaves_nothing_half_made(
    frozen_job: CompileJob, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    _make_every_part(frozen_job)
    monkeypatch.setattr(publish, "main_document", broken)

    assert finish(frozen_job.pk) == [Wake(Phase.PUBLISH, frozen_job.pk)]
    assert list(settings.PACKAGES_DIR.iterdir()) == []
    assert Package.objects.count() == 0


def test_ended_job_gives_no_sign_of_life(frozen_job: CompileJob) -> None:
    job = _ready_to_publish(frozen_job)
    CompileJob.objects.update(state=JobState.FAILED)

    with pytest.raises(Lost):
        keep_job(job)


def _make_every_part(job: CompileJob) -> None:
    while part := claim_part(job.pk):
        make_part(part)
        finish_part(part)


def _ready_to_publish(job: CompileJob) -> CompileJob:
    """Every part done, and claimed by a worker of which nothing is heard any more."""
    _make_every_part(job)
    claimed = claim_publish(job.pk)
    assert claimed is not None
    return claimed
