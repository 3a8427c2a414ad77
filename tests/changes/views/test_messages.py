import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import Notification
from changes.vocabulary import Channel, NotificationState, Role
from tests.clients import ClientAs
from tests.factories.notifications import NotificationFactory
from tests.factories.people import PersonFactory
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
EMAIL = Channel.EMAIL


def test_everybody_sees_their_own_messages_and_no_others(client_as: ClientAs) -> None:
    client = client_as(Role.ENGINEER)
    mine = {"channel": EMAIL, "recipient": client.person}
    NotificationFactory.create(key="1", text="It waits for you.", **mine)
    NotificationFactory.create(
        key="2", text="It fired.", state=NotificationState.SENT, sent_at=NOW, **mine
    )
    NotificationFactory.create(
        key="3",
        text="It is overdue.",
        state=NotificationState.FAILED,
        answer="SMTPRecipientsRefused: no such mailbox",
        **mine,
    )
    NotificationFactory.create(
        key="4", text="Not yours.", channel=EMAIL, recipient=PersonFactory.create()
    )

    page = client.get("/messages/").content.decode()

    for shown in ("It waits for you.", "It fired.", "It is overdue.", "no such mailbox"):
        assert shown in page, shown
    assert ("Not yours." in page, "Send again" in page) == (False, False)


def test_compliance_sees_all_and_narrows_them(client_as: ClientAs) -> None:
    person = PersonFactory.create(name="Leo")
    NotificationFactory.create(text="By mail.", channel=EMAIL, recipient=person)
    NotificationFactory.create(text="Failed one.", state=NotificationState.FAILED)
    client = client_as(Role.COMPLIANCE)

    everything = client.get("/messages/all/").content.decode()
    failed = client.get("/messages/all/?state=failed&channel=webhook").content.decode()

    assert all(text in everything for text in ("By mail.", "Failed one.", "Leo", "the channel"))
    assert ("By mail." in failed, "Failed one." in failed) == (False, True)


def test_list_makes_as_many_queries_for_three_as_for_one(client_as: ClientAs) -> None:
    client = client_as(Role.COMPLIANCE)
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            change = ChangeRequestFactory.create()
            NotificationFactory.create(
                channel=EMAIL, recipient=PersonFactory.create(), change=change
            )
        with CaptureQueriesContext(connection) as queries:
            client.get("/messages/all/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("query", ["state=lost", "channel=pigeon", "page=-1", "page=x"])
def test_address_that_cannot_be_read(query: str, client_as: ClientAs) -> None:
    assert client_as(Role.COMPLIANCE).get(f"/messages/all/?{query}").status_code == 400


def test_failed_one_is_queued_again(client_as: ClientAs) -> None:
    row = NotificationFactory.create(state=NotificationState.FAILED, attempts=6)

    answer = client_as(Role.COMPLIANCE).post(f"/messages/{row.pk}/retry/")

    row.refresh_from_db()
    assert (answer.status_code, row.state, row.attempts) == (302, NotificationState.QUEUED, 0)


@pytest.mark.parametrize("state", [s for s in NotificationState if s != "failed"], ids=str)
def test_what_may_have_arrived_is_not_sent_again(
    state: NotificationState, client_as: ClientAs
) -> None:
    row = NotificationFactory.create(state=state)

    answer = client_as(Role.COMPLIANCE).post(f"/messages/{row.pk}/retry/")

    assert answer.status_code == 409
    assert Notification.objects.get().state == state


def test_unknown_message_is_not_found(client_as: ClientAs) -> None:
    assert client_as(Role.COMPLIANCE).post("/messages/99/retry/").status_code == 404
