import json
from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Organisation
from changes.vocabulary import Category, PipelineStage, RunOutcome
from changes.workflow.sources import record_run
from evidence.ledger.append import append_events
from evidence.ledger.canonical import canonical
from evidence.ledger.commitments import commitment
from evidence.ledger.records import private_values, record_digest, record_name
from evidence.models import Event
from tests.factories import times
from tests.factories.people import an_engineer
from tests.factories.request import ChangeRequestFactory
from tests.factories.stories import make_draft, make_story

pytestmark = pytest.mark.django_db


def test_event_holds_who_what_and_when_it_was_said_and_heard() -> None:
    person = an_engineer()
    change = ChangeRequestFactory.create(requester=person)

    append_events(
        [Announcement("change.edit", change, times.DRAFTED, person, change, is_late=True)]
    )

    event = Event.objects.get()
    assert json.loads(bytes(event.canonical)) == {
        "v": 1,
        "origin": "orca.example/change-evidence",
        "id": str(event.id),
        "type": "change.edit",
        "change": change.key,
        "record": f"changerequest:{change.pk}",
        "record_sha256": record_digest(change),
        "commitments": {
            name: commitment(bytes.fromhex(salt), str(event.id), name, value)
            for name, (salt, value) in event.disclosure.values.items()
        },
        "actor": f"person:{person.pk}",
        "occurred_at": "2026-07-14T16:00:00.000000Z",
        "received_at": "2026-07-15T18:00:00.000000Z",
        "late": True,
        "details": {},
    }


def test_texts_of_a_record_are_committed_to_and_opened_beside_the_event() -> None:
    change = ChangeRequestFactory.create(title="Größe")

    announce(Announcement("a.b", change, times.DRAFTED), Announcement("a.c", change, times.DRAFTED))

    first, second = Event.objects.order_by("id")
    assert set(first.disclosure.values) == set(private_values(change))
    assert first.disclosure.values["title"][1] == "Größe"
    assert "Größe".encode() not in bytes(first.canonical)
    assert first.disclosure.values["title"][0] != second.disclosure.values["title"][0]


def test_event_is_stored_as_canonical_json() -> None:
    announce(Announcement("a.b", ChangeRequestFactory.create(title="Größe"), times.DRAFTED))

    stored = bytes(Event.objects.get().canonical)

    assert stored == canonical(json.loads(stored))


def test_event_without_actor_and_change_says_so() -> None:
    announce(Announcement("organisation.marked", Organisation.objects.get(), times.DRAFTED))

    event = Event.objects.get()
    assert (event.actor, event.change_number, json.loads(bytes(event.canonical))["change"]) == (
        "",
        None,
        None,
    )


def test_event_goes_with_the_transaction_that_made_it() -> None:
    with transaction.atomic():
        announce(Announcement("a.b", ChangeRequestFactory.create(), times.DRAFTED))
        transaction.set_rollback(True)

    assert Event.objects.count() == 0


def test_event_of_what_json_cannot_carry_is_refused_and_stores_nothing() -> None:
    change = ChangeRequestFactory.create()

    with pytest.raises(ValueError, match=r"."), transaction.atomic():
        announce(Announcement("a.b", change, times.DRAFTED, details={"what": object()}))

    assert Event.objects.count() == 0


# Rows that the factories of this test made, and not the workflow.
MADE = {"person", "system", "repository", "policyversion", "oncallshift", "organisation"}


def live_records() -> dict[str, str]:
    """The digest of each row of the record as the database has it now."""
    own = [m for m in apps.get_app_config("changes").get_models() if m._meta.model_name not in MADE]
    rows = [row for model in own for row in model._default_manager.all()]
    return {record_name(row): record_digest(row) for row in rows}


@pytest.mark.parametrize("ending", ["closed", "rolled back", "withdrawn draft", "emergency"])
def test_every_record_is_as_one_of_its_events_last_said(ending: str) -> None:
    """No record without its event: nothing is saved after it was announced."""
    if ending == "closed":
        make_story().pass_gates().approve().deploy().verify().close()
    elif ending == "rolled back":
        make_story().pass_gates().approve().deploy().record_failure().roll_back(times.CLOSED)
    elif ending == "emergency":
        make_story(category=Category.EMERGENCY).pass_gates().approve_emergency().deploy()
    else:
        make_draft()
    said: dict[str, set[str]] = defaultdict(set)
    for event in Event.objects.all():
        said[event.record].add(event.record_sha256)

    wrong = {
        name for name, digest in live_records().items() if name in said and digest not in said[name]
    }

    assert wrong == set()


def test_run_that_ends_later_is_announced_again() -> None:
    story = make_story()
    run: dict[str, Any] = {
        "repository": story.repository,
        "revision": story.head,
        "stage": PipelineStage.TEST,
        "check_name": "unit",
        "started_at": times.TESTED,
    }
    record_run(**run, outcome=RunOutcome.RUNNING, finished_at=None)

    ended = record_run(**run, outcome=RunOutcome.FAILED, finished_at=times.APPROVED)

    ended.refresh_from_db()
    digests = Event.objects.filter(record=f"pipelinerun:{ended.pk}").values_list(
        "record_sha256", flat=True
    )
    assert record_digest(ended) in set(digests)
