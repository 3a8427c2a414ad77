"""The browser of a test: Django's client, and the person who signed in with it."""

from typing import Protocol

from django.test import Client

from changes.models import Person
from changes.vocabulary import Role


class SignedInClient(Client):
    person: Person


class ClientAs(Protocol):
    """What the fixture `client_as` is: `client_as(Role.ENGINEER)`."""

    def __call__(self, *roles: Role, is_superuser: bool = False) -> SignedInClient: ...
