from collections.abc import Iterable

from django.contrib.auth.models import Group
from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from changes.models import Login, Person
from changes.vocabulary import PersonKind, Role


class PersonFactory(DjangoModelFactory[Person]):
    """Somebody who may sign in but holds no role, unless `roles` names some."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"person-{n:05}")
    name = Sequence(lambda n: f"Person {n:05}")
    email = LazyAttribute(lambda person: f"{person.username}@example.com")
    kind = PersonKind.HUMAN

    @post_generation
    def roles(self, _create: bool, extracted: Iterable[Role] | None, **_: object) -> None:
        for role in extracted or ():
            self.groups.add(Group.objects.get(name=role))  # type: ignore[attr-defined]


class LoginFactory(DjangoModelFactory[Login]):
    class Meta:
        model = Login

    person = SubFactory(PersonFactory)
    host = "github.com"
    name = Sequence(lambda n: f"login-{n:05}")


def an_engineer(**values: object) -> Person:
    return PersonFactory.create(roles=[Role.ENGINEER], **values)


def a_tech_lead(**values: object) -> Person:
    return PersonFactory.create(roles=[Role.TECH_LEAD], **values)


def an_on_call_engineer(**values: object) -> Person:
    """With the role; a shift is another row (`OnCallShiftFactory`)."""
    return PersonFactory.create(roles=[Role.ON_CALL], **values)


def a_bot(**values: object) -> Person:
    """Even one that somebody gave a role to."""
    return PersonFactory.create(kind=PersonKind.BOT, roles=[Role.ENGINEER], **values)
