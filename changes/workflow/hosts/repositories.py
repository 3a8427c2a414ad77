"""The repository that a notice is about, and the people it names."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from changes.announcements import Announcement, announce
from changes.intake.commits import Signature
from changes.intake.hosts.notices import RepositoryName, Who
from changes.intake.identities import GIT_HOST, identity_of, shortened, why_not_a_name
from changes.models import Login, Person, Repository
from changes.vocabulary import PersonKind
from changes.workflow.refusals import Invalid

NAME_MAXIMUM, LOGIN_MAXIMUM = 200, 254
# How GitHub hides an address: the login stands in it.
_HIDDEN = re.compile(r"^(?:[0-9]+\+)?([A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.github\.com$")


def held_repository(named: RepositoryName, at: datetime) -> Repository:
    """Known by its name, or made known by this; locked until the transaction ends."""
    if problem := why_not_a_name(named.name):
        raise Invalid({"repository": f"The name of the repository {problem}."})
    try:
        with transaction.atomic():
            repository, is_new = Repository.objects.get_or_create(
                name=named.name,
                defaults={
                    "host": named.host[:100],
                    "url": named.url if len(named.url) <= 200 else "",
                    "production_branch": named.default_branch[:200] or "main",
                },
            )
    except IntegrityError:  # another worker made it just now
        repository, is_new = Repository.objects.get(name=named.name), False
    if is_new:
        announce(Announcement("repository.added", repository, at))
    elif repository.host and named.host and repository.host != named.host:
        known = f"{repository.name} is known at {repository.host}, not at {named.host}."
        raise Invalid({"repository": known})
    return Repository.objects.select_for_update().get(pk=repository.pk)


def mark_reporting(repository: Repository, at: datetime, **flags: bool) -> None:
    """Which kinds of news this repository's host sends: what is missing then was not done."""
    changed = [name for name, value in flags.items() if getattr(repository, name) != value]
    if changed:
        for name in changed:
            setattr(repository, name, flags[name])
        repository.save()
        announce(Announcement("repository.edited", repository, at))


def person_of(who: Who | None, host: str, at: datetime) -> Person | None:
    """By login where the host knows one; else by what the commit is signed with."""
    if who is None:
        return None
    hidden = _HIDDEN.match(who.email)
    login = who.login or (hidden[1] if hidden else "")
    if login:
        kind = PersonKind.SERVICE if login in ("web-flow", "ghost") else who.kind
        # The host's own name for them: the name in a commit is whatever its author configured.
        name = shortened(login, NAME_MAXIMUM)
        login = shortened(login, LOGIN_MAXIMUM, with_digest=True)
        return _known(host, login, Person(name=name, kind=kind), at)
    identity = identity_of(Signature(who.name, who.email))
    met = Person(name=identity.name, email=identity.email, kind=identity.kind)
    return _known(GIT_HOST, identity.login, met, at)


def _known(host: str, login: str, met: Person, at: datetime) -> Person:
    """The person of that login; `met` where nobody has it yet."""
    found = Login.objects.filter(host=host, name__iexact=login).select_related("person").first()
    if found:
        return found.person
    try:
        with transaction.atomic():
            met.set_unusable_password()
            met.save()
            row = Login.objects.create(person=met, host=host, name=login)
            announce(
                Announcement("person.added", met, at, details={"roles": []}),
                Announcement("login.added", row, at),
            )
            return met
    except IntegrityError:  # another worker met them just now
        return Login.objects.select_related("person").get(host=host, name__iexact=login).person
