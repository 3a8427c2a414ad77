"""A text goes for good; the log, its proofs and the record still fit each other."""

import pytest
from django.db import connection

from changes.models import ChangeRequest, Person
from changes.vocabulary import Role
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.erasure import BASES, ask_erasure, do_erasure
from evidence.ledger.keys import vkeys
from evidence.ledger.notes import opened_note, parse_head
from evidence.ledger.proofs import check_proof, proof_of_change
from evidence.ledger.tree import root_at
from evidence.models import Checkpoint, Disclosure, Event
from tests.factories.people import PersonFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
SECRET = "The customer Jane Roe called"


@pytest.fixture
def asker() -> Person:
    return PersonFactory.create(roles=[Role.COMPLIANCE])


@pytest.fixture
def doer() -> Person:
    return PersonFactory.create(roles=[Role.COMPLIANCE])


@pytest.fixture
def change() -> ChangeRequest:
    return make_story(description=SECRET).approve().change


def everything() -> str:
    """All that any table of the database holds, as text."""
    held = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            held += [
                bytes(v).decode(errors="replace") if isinstance(v, bytes | memoryview) else str(v)
                for row in cursor.fetchall()
                for v in row
            ]
    return "\n".join(held)


def test_erased_text_is_nowhere_and_everything_still_fits(
    change: ChangeRequest, asker: Person, doer: Person
) -> None:
    before = checkpoint_now(NOW)
    proof = proof_of_change(change)
    assert SECRET in everything()

    name = f"changerequest:{change.pk}"
    asked = ask_erasure(record=name, field="description", legal_basis=BASES[0], actor=asker, at=NOW)
    do_erasure(erasure=asked, actor=doer, at=NOW)

    assert SECRET not in everything()
    change.refresh_from_db()
    assert change.description == "[erased]"
    assert check_ledger().differences == []
    text, _ = opened_note(Checkpoint.objects.get(pk=before.pk).note, vkeys())
    assert parse_head(text).root == root_at(before.size)
    assert proof is not None
    assert check_proof(proof).event is not None
    told = Event.objects.filter(type__in=["erasure.asked", "text.erased", "erasure.done"])
    assert sorted(told.values_list("type", "actor")) == [
        ("erasure.asked", f"person:{asker.pk}"),
        ("erasure.done", f"person:{doer.pk}"),
        ("text.erased", f"person:{doer.pk}"),
    ]


def test_salt_goes_with_the_text(change: ChangeRequest, asker: Person, doer: Person) -> None:
    name = f"changerequest:{change.pk}"
    asked = ask_erasure(record=name, field="description", legal_basis=BASES[0], actor=asker, at=NOW)
    do_erasure(erasure=asked, actor=doer, at=NOW)

    opened = Disclosure.objects.filter(event__record=name).order_by("event__id")
    assert [d.values.get("description", ["", ""])[1] for d in opened][-1] == "[erased]"
    assert all("description" not in d.values for d in list(opened)[:-1])
    assert all("title" in d.values for d in opened)


def test_name_of_a_person_is_erased(asker: Person, doer: Person) -> None:
    person = PersonFactory.create(name="Jane Roe")
    checkpoint_now(NOW)
    for field in ("name", "email"):
        asked = ask_erasure(
            record=f"person:{person.pk}", field=field, legal_basis=BASES[1], actor=asker, at=NOW
        )
        do_erasure(erasure=asked, actor=doer, at=NOW)

    person.refresh_from_db()
    assert person.name == f"[erased {person.pk}]"
    assert "Jane Roe" not in everything()
    assert check_ledger().differences == []


def test_erasure_takes_two_persons(change: ChangeRequest, asker: Person) -> None:
    asked = ask_erasure(
        record=f"changerequest:{change.pk}",
        field="description",
        legal_basis=BASES[0],
        actor=asker,
        at=NOW,
    )

    with pytest.raises(NotPermitted, match="takes two"):
        do_erasure(erasure=asked, actor=asker, at=NOW)

    change.refresh_from_db()
    assert change.description == SECRET


def test_erasure_is_done_once(change: ChangeRequest, asker: Person, doer: Person) -> None:
    name = f"changerequest:{change.pk}"
    asked = ask_erasure(record=name, field="description", legal_basis=BASES[0], actor=asker, at=NOW)
    with pytest.raises(NotNow, match="asked for already"):
        ask_erasure(record=name, field="description", legal_basis=BASES[0], actor=asker, at=NOW)
    do_erasure(erasure=asked, actor=doer, at=NOW)

    with pytest.raises(NotNow, match="is done"):
        do_erasure(erasure=asked, actor=doer, at=NOW)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("changerequest:99", "title", BASES[0]), "no record"),
        (("nothing:1", "title", BASES[0]), "no record"),
        (("changerequest", "title", BASES[0]), "no record"),
        (("", "title", BASES[0]), "no record"),
        ((None, "state", BASES[0]), "cannot be erased; these can: title"),
        ((None, "nonsense", BASES[0]), "cannot be erased"),
        ((None, "title", "because"), "Give one of these reasons"),
        ((None, "avoided_day_reason", BASES[0]), "is empty"),
    ],
)
def test_what_cannot_be_erased_is_refused(
    change: ChangeRequest, asker: Person, asked: tuple[str | None, str, str], sentence: str
) -> None:
    record, field, basis = asked
    name = f"changerequest:{change.pk}" if record is None else record

    with pytest.raises(Invalid, match=sentence):
        ask_erasure(record=name, field=field, legal_basis=basis, actor=asker, at=NOW)


def test_only_compliance_erases(change: ChangeRequest) -> None:
    with pytest.raises(NotPermitted, match="Only compliance may erase"):
        ask_erasure(
            record=f"changerequest:{change.pk}",
            field="title",
            legal_basis=BASES[0],
            actor=PersonFactory.create(roles=[Role.AUDITOR]),
            at=NOW,
        )
