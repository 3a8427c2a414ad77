"""The call to the deployment system: signed, tried again, its answer kept."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from changes import clock
from changes.models import Organisation, RollbackCall
from changes.tasks import call_rollback_executor
from changes.vocabulary import CallState, RolloutStageName, State
from changes.workflow.executor import ATTEMPTS, send_call
from changes.workflow.samples import NewSample, record_samples
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.stories import Story, make_story
from tests.recording_host import RecordingHost, Reply, recording_host

pytestmark = pytest.mark.django_db
SECRET = "a secret of this test"


@pytest.fixture
def executor(settings: Settings) -> Iterator[RecordingHost]:
    with recording_host(Reply(202, text="taken up")) as host:
        settings.ROLLBACK_EXECUTOR_URL = f"{host.url}/rollback"
        settings.ROLLBACK_EXECUTOR_SECRET = SECRET
        yield host


def fire() -> Story:
    story = make_story().pass_gates().approve().start().advance(RolloutStageName.CANARY)
    record_samples(
        deployment=story.deployment,
        samples=[
            NewSample(times.DEPLOYED + timedelta(minutes=n), error_rate_percent="1.6")
            for n in range(1, 7)
        ],
    )
    return story


def test_call_is_signed_and_its_answer_kept(executor: RecordingHost) -> None:
    story = fire()

    call_rollback_executor()

    (_, headers, body) = executor.requests[0]
    timestamp = headers["X-Orca-Timestamp"]
    signed = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    assert headers["X-Orca-Signature"] == f"sha256={signed.hexdigest()}"
    said = json.loads(body)
    assert (said["action"], said["change"], said["revision"]) == (
        "roll_back",
        story.change.key,
        story.head,
    )
    call = RollbackCall.objects.get()
    assert headers["X-Orca-Delivery"] == f"rollback-{call.rollback_id}"
    assert (call.state, call.status, call.answer, call.attempts) == (
        CallState.ANSWERED,
        202,
        "taken up",
        1,
    )
    call_rollback_executor()
    assert len(executor.requests) == 1


def test_answer_that_says_done_ends_the_rollback(executor: RecordingHost) -> None:
    executor.replies = [Reply(200, text='{"status": "rolled_back"}')]
    story = fire()

    call_rollback_executor()

    story.change.refresh_from_db()
    assert story.change.state == State.ROLLED_BACK
    assert story.deployment.rollback.finished_at == times.NOW


def test_call_that_fails_is_tried_again_with_growing_pauses(executor: RecordingHost) -> None:
    executor.replies = [
        Reply(503, text="busy"),
        Reply(500, text="broken"),
        Reply(200, text="done"),
    ]
    fire()
    waits = []
    at = times.NOW
    for _ in range(3):
        with clock.simulated(at):
            call_rollback_executor()
            call_rollback_executor()
        due_at = RollbackCall.objects.get().due_at
        waits.append((due_at - at).total_seconds())
        at = due_at

    call = RollbackCall.objects.get()
    assert (call.state, call.attempts, len(executor.requests)) == (CallState.ANSWERED, 3, 3)
    assert waits == [20, 40, 80]


def test_call_is_given_up_after_its_tries(settings: Settings) -> None:
    with recording_host() as gone:
        settings.ROLLBACK_EXECUTOR_URL, settings.ROLLBACK_EXECUTOR_SECRET = gone.url, SECRET
    fire()
    at = times.NOW
    for _ in range(ATTEMPTS + 2):
        with clock.simulated(at):
            call_rollback_executor()
        at = RollbackCall.objects.get().due_at

    call = RollbackCall.objects.get()
    assert (call.state, call.attempts, call.status) == (CallState.GIVEN_UP, ATTEMPTS, None)
    assert call.answer == "No answer: ConnectError."


def test_without_an_executor_nobody_is_called() -> None:
    fire()

    assert not RollbackCall.objects.exists()


def test_sample_organisation_calls_nobody(executor: RecordingHost) -> None:
    Organisation.objects.update(is_sample=True)

    fire()

    assert not RollbackCall.objects.exists()


@pytest.mark.postgres
def test_call_is_made_by_one_of_two_workers(committed_db: None, executor: RecordingHost) -> None:
    fire()
    call = RollbackCall.objects.get()

    at_once(lambda _: send_call(call.pk), range(2))

    assert len(executor.requests) == 1
