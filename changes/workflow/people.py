"""Adding people and machines, with the roles that they hold."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Login, Person
from changes.roles import Act
from changes.vocabulary import PersonKind, Role
from changes.workflow.refusals import Invalid, NotPermitted
from changes.workflow.steps import check_may, check_time


@transaction.atomic
def add_person(
    *,
    actor: Person | None,
    at: datetime,
    name: str,
    kind: PersonKind = PersonKind.HUMAN,
    roles: Iterable[Role] = (),
    username: str | None = None,
    password: str | None = None,
    time_zone: str = "UTC",
    email: str = "",
    logins: Mapping[str, str] | None = None,
) -> Person:
    """`logins` names the person on other hosts. Only the very first one is added by nobody."""
    _check_actor(actor)
    check_time(at)
    if not name.strip():
        raise Invalid({"name": "Give the person a name."})
    if username and Person.objects.filter(username=username).exists():
        raise Invalid({"username": f"'{username}' is taken."})
    person = Person(
        name=name, kind=kind, username=username or None, time_zone=time_zone, email=email
    )
    person.set_password(password)
    person.save()
    person.joined_at = at
    person.save(update_fields=["joined_at"])
    held = sorted(roles)
    person.groups.set(Group.objects.filter(name__in=held))
    announce(Announcement("person.added", person, at, actor, details={"roles": held}))
    for host, login in (logins or {}).items():
        row = Login.objects.create(person=person, host=host, name=login)
        announce(Announcement("login.added", row, at, actor))
    return person


def announce_person(person: Person) -> None:
    """Of a person whom Django's own command made, on the machine itself: nobody signed in."""
    announce(Announcement("person.added", person, person.joined_at))


def _check_actor(actor: Person | None) -> None:
    if actor is not None:
        check_may(actor, Act.CONFIGURE)
    elif Person.objects.exists():
        raise NotPermitted("Only a policy administrator may add people.")
