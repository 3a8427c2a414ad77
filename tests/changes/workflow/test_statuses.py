from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from changes import clock
from changes.models import ChangeRequest, CommitStatus
from changes.vocabulary import State
from changes.workflow.statuses import UNLINKED, send_statuses
from tests.factories.outward import CommitStatusFactory
from tests.factories.source import PullRequestFactory
from tests.factories.stories import make_story
from tests.recording_host import RecordingHost, Reply, recording_host

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(settings: Settings) -> Iterator[RecordingHost]:
    settings.GITHUB_TOKEN, settings.PORTAL_URL = "a token", "https://orca.example"
    with recording_host() as running:
        settings.GITHUB_API_URL = running.url
        yield running


def told(host: RecordingHost) -> list[tuple[str, str]]:
    return [(r.values["state"], r.values["description"]) for r in host.requests]


def test_without_a_change_the_status_says_what_to_do(host: RecordingHost) -> None:
    pull = PullRequestFactory.create(head_revision="a" * 40)

    send_statuses()

    path, values = host.requests[0].path, host.requests[0].values
    assert path == f"/repos/{pull.repository.name}/statuses/{'a' * 40}"
    assert (values["state"], values["description"]) == ("failure", UNLINKED)
    assert values["target_url"] == "https://orca.example/changes/"


def test_status_follows_the_record(host: RecordingHost) -> None:
    story = make_story()
    send_statuses()
    send_statuses()
    story.pass_gates().approve()
    send_statuses()

    key = ChangeRequest.objects.get().key
    first, last = told(host)
    assert first[0] in ("pending", "failure")
    assert first[1].startswith(f"{key}: ")
    assert last == ("success", f"{key}: Nothing is missing.")
    assert host.requests[0].values["target_url"] == f"https://orca.example/changes/{key}/"


def test_draft_is_to_be_submitted(host: RecordingHost) -> None:
    make_story()
    ChangeRequest.objects.update(state=State.DRAFT)

    send_statuses()

    assert told(host) == [("pending", f"{ChangeRequest.objects.get().key} is a draft: submit it.")]


def test_host_that_asks_to_wait_is_left_alone_until_then(
    host: RecordingHost, now: datetime
) -> None:
    PullRequestFactory.create(head_revision="a" * 40)
    host.replies = [Reply(429, {"Retry-After": "120"}), Reply()]

    counts = []
    for seconds in (0, 119, 121, 122):
        with clock.simulated(now + timedelta(seconds=seconds)):
            counts.append(send_statuses())

    assert counts == [1, 0, 1, 0]
    status = CommitStatus.objects.get()
    assert (status.is_sent, status.problem) == (True, "")


def test_waits_grow_while_the_host_is_broken(host: RecordingHost, now: datetime) -> None:
    PullRequestFactory.create(head_revision="a" * 40)
    host.replies = [Reply(500)]
    waits, at = [], now
    for _ in range(3):
        with clock.simulated(at):
            send_statuses()
        not_before = CommitStatus.objects.get().not_before
        waits.append((not_before - at).total_seconds())
        at = not_before

    assert waits == [30, 60, 120]


def test_refusal_is_kept_with_its_sentence(host: RecordingHost) -> None:
    PullRequestFactory.create(head_revision="a" * 40)
    host.replies = [Reply(404)]

    send_statuses()
    send_statuses()

    assert len(host.requests) == 1
    assert CommitStatus.objects.get().problem.startswith("The host refused it with 404")


def test_nothing_is_sent_without_a_token(host: RecordingHost, settings: Settings) -> None:
    settings.GITHUB_TOKEN = ""
    PullRequestFactory.create(head_revision="a" * 40)

    assert (send_statuses(), CommitStatus.objects.count()) == (0, 0)


def test_nothing_is_sent_for_what_is_merged_or_elsewhere(host: RecordingHost) -> None:
    PullRequestFactory.create(head_revision="a" * 40, is_open=False)
    PullRequestFactory.create(head_revision="a" * 40, repository__host="git.orca.example")
    PullRequestFactory.create()

    assert send_statuses() == 0


def test_status_of_an_older_head_is_not_sent_any_more(host: RecordingHost) -> None:
    pull = PullRequestFactory.create(head_revision="b" * 40)
    CommitStatusFactory.create(pull_request=pull, revision="a" * 40)

    send_statuses()

    assert [path[-40:] for path, _, _ in host.requests] == ["b" * 40]
    assert CommitStatus.objects.filter(pull_request=pull).count() == 2
