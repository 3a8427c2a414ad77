from datetime import datetime

import pytest

from changes.models import Person
from changes.vocabulary import PersonKind, Role
from changes.workflow.people import add_person
from changes.workflow.refusals import Invalid, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories.people import PersonFactory, an_engineer

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Person:
    return PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])


def test_person_is_added_with_roles_and_logins(administrator: Person, now: datetime) -> None:
    told = events_of(
        lambda: add_person(
            actor=administrator,
            at=now,
            name="渡辺 健二",
            username="kenji",
            password="a-long-enough-secret",
            roles=[Role.ENGINEER],
            logins={"git.example": "kenji"},
        )
    )
    assert told == ["login.added", "person.added"]
    person = Person.objects.get(username="kenji")
    assert (person.name, person.joined_at) == ("渡辺 健二", now)
    assert person.roles == frozenset({Role.ENGINEER})
    assert person.check_password("a-long-enough-secret")


def test_machine_has_no_way_to_sign_in(administrator: Person, now: datetime) -> None:
    bot = add_person(actor=administrator, at=now, name="Bot", kind=PersonKind.BOT)
    assert (bot.username, bot.has_usable_password()) == (None, False)


def test_first_person_is_added_by_nobody_and_no_other(now: datetime) -> None:
    add_person(actor=None, at=now, name="Aylin", roles=[Role.POLICY_ADMINISTRATOR])
    with refused(NotPermitted, "Only a policy administrator may add people."):
        add_person(actor=None, at=now, name="Somebody")


def test_engineer_adds_nobody(now: datetime) -> None:
    engineer = an_engineer()
    sentence = "Only policy administrator may edit the catalogue, systems and people."
    with refused(NotPermitted, sentence):
        add_person(actor=engineer, at=now, name="A friend")


def test_nameless_person_and_taken_username_are_refused(
    administrator: Person, now: datetime
) -> None:
    PersonFactory.create(username="kenji")
    with refused(Invalid, "Give the person a name."):
        add_person(actor=administrator, at=now, name=" ")
    with refused(Invalid, "'kenji' is taken."):
        add_person(actor=administrator, at=now, name="Kenji", username="kenji")
