import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from pytest_django import Settings

from changes.announcements import Announcement, announce
from changes.models import Notification, Organisation
from changes.tasks import send_notifications
from changes.vocabulary import ApprovalRole, Category, NotificationState, PolicyState, Role
from changes.workflow.learning import write_post_mortem
from changes.workflow.notifications import BACK_OFF, SILENCE, queue_overdue, send_due
from changes.workflow.requests import edit_request
from tests.factories import times
from tests.factories.catalogue import OnCallShiftFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.people import PersonFactory, a_tech_lead
from tests.factories.policy import PolicyVersionFactory
from tests.factories.stories import make_story
from tests.recording_host import RecordingHost, Reply, recording_host

pytestmark = pytest.mark.django_db
SECRET = "a made-up secret"


TAKEN = Reply(200, text="noted")


@pytest.fixture(autouse=True)
def _by_email(settings: Settings) -> None:
    settings.NOTIFY_BY_EMAIL = True
    settings.PORTAL_URL = "https://orca.example"


@pytest.fixture
def hook(settings: Settings) -> Iterator[RecordingHost]:
    with recording_host(TAKEN) as host:
        settings.NOTIFY_BY_EMAIL = False
        settings.NOTIFY_WEBHOOK_URL, settings.NOTIFY_WEBHOOK_SECRET = f"{host.url}/hook", SECRET
        yield host


def queued() -> list[tuple[str, str]]:
    """Whom, and what about."""
    rows = Notification.objects.select_related("recipient")
    return sorted((row.recipient.name if row.recipient else "", row.text) for row in rows)


def test_who_may_approve_is_told_once_that_a_change_waits() -> None:
    lead = a_tech_lead(name="Leo", email="leo@example.org")
    story = make_story(lead=lead)
    change, text = story.change, f"{story.change.key} waits for approval: Sort the pages"

    assert queued() == [("Leo", text), (story.peer.name, text)]
    assert [send_due(times.NOW), send_due(times.NOW)] == [2, 0]
    assert {(*m.to, m.subject) for m in mail.outbox} == {
        ("leo@example.org", text),
        (story.peer.email, text),
    }
    assert f"https://orca.example/changes/{change.key}/" in mail.outbox[0].body


def test_peers_who_may_review_are_told_and_its_authors_are_not() -> None:
    peer = PersonFactory.create(roles=[Role.ENGINEER], name="Pia", email="pia@example.org")
    PersonFactory.create(roles=[Role.COMPLIANCE], name="Cora", email="cora@example.org")
    gone = PersonFactory.create(roles=[Role.ENGINEER], name="Gus", is_active=False)
    story = make_story()

    told = set(Notification.objects.values_list("recipient__name", flat=True))

    assert {peer.name, story.peer.name, story.lead.name} == told
    assert not told & {gone.name, story.requester.name}


def test_who_has_reviewed_is_asked_again_only_for_another_wording() -> None:
    story = make_story()
    story.approve_as(ApprovalRole.PEER_REVIEWER, story.peer)
    Notification.objects.all().delete()
    values: dict[str, Any] = {
        "actor": story.requester,
        "at": times.APPROVED,
        "systems": [story.system],
    }

    edit_request(request=story.change, values={}, **values)
    assert story.peer.name not in {name for name, _ in queued()}
    edit_request(request=story.change, values={"rollback_plan": "Another plan."}, **values)
    assert story.peer.name in {name for name, _ in queued()}


def test_another_wording_asks_again_and_the_same_does_not() -> None:
    story = make_story(lead=a_tech_lead(name="Leo", email="leo@example.org"))
    for plan in ("Another plan.", "Another plan."):
        edit_request(
            request=story.change,
            actor=story.requester,
            at=times.APPROVED,
            values={"rollback_plan": plan},
            systems=[story.system],
        )
    assert [name for name, _ in queued()] == ["Leo", "Leo", *[story.peer.name] * 2]


def test_emergency_asks_who_is_on_call() -> None:
    on_call = PersonFactory.create(roles=[Role.ON_CALL], name="Olga", email="olga@example.org")
    OnCallShiftFactory.create(person=on_call)
    story = make_story(category=Category.EMERGENCY, lead=a_tech_lead(email=""))
    assert [name for name, _ in queued()] == ["Olga", story.peer.name]


def test_post_mortem_asks_compliance_and_leads_but_not_its_writer() -> None:
    PersonFactory.create(roles=[Role.COMPLIANCE], name="Cora", email="cora@example.org")
    lead = a_tech_lead(name="Leo", email="leo@example.org")
    story = make_story(category=Category.EMERGENCY, lead=lead)
    Notification.objects.all().delete()

    for _ in range(2):
        write_post_mortem(
            request=story.change,
            actor=lead,
            at=times.NOW,
            what_happened="It fell over.",
            root_cause="A full disk.",
        )

    text = f"The post-mortem of {story.change.key} waits for another person's approval."
    assert queued() == [("Cora", text)]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("trigger.fired", "A rollback trigger fired"), ("rollback.opened", "to be done by hand")],
)
def test_trigger_and_rollback_by_hand_tell_leads_and_on_call(kind: str, words: str) -> None:
    on_call = PersonFactory.create(roles=[Role.ON_CALL], name="Olga", email="olga@example.org")
    OnCallShiftFactory.create(person=on_call)
    lead = a_tech_lead(name="Leo", email="leo@example.org")
    change = make_story(lead=lead).change
    Notification.objects.all().delete()

    for _ in range(2):
        announce(Announcement(kind, change, times.APPROVED, change=change))

    assert [name for name, text in queued() if words in text] == ["Leo", "Olga"]


def test_proposal_tells_those_who_may_approve_it() -> None:
    PersonFactory.create(roles=[Role.COMPLIANCE], name="Cora", email="cora@example.org")
    proposer = PersonFactory.create(
        roles=[Role.POLICY_ADMINISTRATOR], name="Pam", email="pam@example.org"
    )
    version = PolicyVersionFactory.create(version="2.0", state=PolicyState.PROPOSED)
    announce(Announcement("policy.proposed", version, times.NOW, proposer))
    assert [name for name, _ in queued()] == ["Cora"]


def test_overdue_reviews_are_told_by_the_beat_once() -> None:
    PersonFactory.create(roles=[Role.COMPLIANCE], name="Cora", email="cora@example.org")
    story = make_story(category=Category.EMERGENCY).pass_gates().approve_emergency().deploy()
    Notification.objects.all().delete()

    for _ in range(2):
        queue_overdue(datetime(2026, 10, 1, tzinfo=UTC))

    assert [text for name, text in queued() if name == "Cora"] == [
        "No signed review of the policy in 2026Q3.",
        f"The post-incident review of {story.change.key} was due on 2026-07-21.",
    ]


def test_import_and_sample_tell_nobody() -> None:
    change = make_story(lead=a_tech_lead(email="")).change
    Notification.objects.all().delete()
    announce(Announcement("change.submit", change, times.NOW, change=change, is_late=True))
    Organisation.objects.update(is_sample=True)
    make_story(lead=a_tech_lead(email="leo@example.org"))
    assert queued() == []


def test_what_is_undone_tells_nobody() -> None:
    with transaction.atomic():
        make_story(lead=a_tech_lead(email="leo@example.org"))
        transaction.set_rollback(True)
    assert queued() == []


def test_webhook_is_signed_and_reads_in_slack(hook: RecordingHost) -> None:
    change = make_story().change
    send_notifications()

    received = hook.requests[0]
    said = json.loads(received.body)
    digest = hmac.new(SECRET.encode(), received.body, hashlib.sha256).hexdigest()
    assert received.headers["X-Orca-Signature-256"] == f"sha256={digest}"
    assert received.headers["X-Orca-Delivery"] == said["id"]
    url = f"https://orca.example/changes/{change.key}/"
    assert (said["text"], said["change"], said["occasion"], said["url"]) == (
        f"{change.key} waits for approval: Sort the pages {url}",
        change.key,
        "waits",
        url,
    )
    row = Notification.objects.get()
    assert (row.state, row.attempts, row.answer) == (NotificationState.SENT, 1, "200 noted")


def test_webhook_is_tried_again_later_and_later_with_the_same_id(hook: RecordingHost) -> None:
    hook.replies = [Reply(503), Reply(429), TAKEN]
    row, at = NotificationFactory.create(), times.NOW
    for wait in BACK_OFF[:2]:
        assert send_due(at) == 1
        assert send_due(at + wait - timedelta(seconds=1)) == 0
        at += wait
    assert send_due(at) == 1

    row.refresh_from_db()
    assert (row.state, row.attempts, row.sent_at) == (NotificationState.SENT, 3, at)
    assert len({r.headers["X-Orca-Delivery"] for r in hook.requests}) == 1
    assert len(hook.requests) == 3


@pytest.mark.parametrize(
    ("answers", "state", "attempts"),
    [
        pytest.param([400], NotificationState.FAILED, 1, id="400 is final"),
        pytest.param([410], NotificationState.FAILED, 1, id="410 is final"),
        pytest.param([503] * 6, NotificationState.FAILED, 6, id="gives up after the last back-off"),
        pytest.param([503] * 5, NotificationState.SENT, 6, id="taken at the last attempt"),
    ],
)
def test_webhook_that_is_refused_ends(
    hook: RecordingHost, answers: list[int], state: NotificationState, attempts: int
) -> None:
    hook.replies = [*map(Reply, answers), TAKEN]
    row, at = NotificationFactory.create(), times.NOW
    for _ in range(8):
        send_due(at)
        at += timedelta(days=1)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (state, attempts)


def test_webhook_that_nobody_answers_is_kept_for_later(settings: Settings) -> None:
    settings.NOTIFY_WEBHOOK_URL = "http://127.0.0.1:1/"
    settings.NOTIFY_WEBHOOK_SECRET = SECRET
    row = NotificationFactory.create()
    send_due(times.NOW)
    row.refresh_from_db()
    assert (row.state, row.answer.startswith("ConnectError")) == (NotificationState.QUEUED, True)


def test_message_whose_worker_ended_is_not_sent_again(hook: RecordingHost) -> None:
    row = NotificationFactory.create(
        state=NotificationState.SENDING, next_attempt_at=times.NOW + SILENCE
    )
    send_due(times.NOW + SILENCE)
    row.refresh_from_db()
    assert row.state == NotificationState.SENDING

    send_due(times.NOW + SILENCE + timedelta(seconds=1))
    row.refresh_from_db()
    assert (row.state, hook.requests) == (NotificationState.UNCONFIRMED, [])


def test_people_without_an_address_are_not_written_to() -> None:
    story = make_story(lead=a_tech_lead(email=""))
    assert [name for name, _ in queued()] == [story.peer.name]
