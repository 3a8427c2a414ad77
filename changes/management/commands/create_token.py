from argparse import ArgumentParser
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from changes import clock
from changes.management.importing import refused
from changes.models import Person
from changes.vocabulary import Scope
from changes.workflow.refusals import Refusal
from changes.workflow.tokens import create_token


class Command(BaseCommand):
    help = (
        "Print a new token once; only its SHA-256 is kept. A machine sends it as"
        f" 'Authorization: Bearer TOKEN'. SCOPE is one of {', '.join(Scope)}."
        " Exit status: 0 made, 2 nothing done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--scope", action="append", default=[], metavar="SCOPE")
        parser.add_argument("--days", type=int, metavar="N", help="It expires after so many days.")
        parser.add_argument(
            "--for", dest="username", metavar="USERNAME", help="It acts for this person."
        )

    def handle(
        self, *, name: str, scope: list[str], days: int | None, username: str | None, **_: object
    ) -> None:
        at = clock.now()
        try:
            token, secret = create_token(
                name=name,
                scopes=scope,
                actor=None,
                at=at,
                person=_person(username),
                expires_at=_expiry(at, days),
            )
        except Refusal as refusal:
            raise refused(str(refusal)) from refusal
        except DatabaseError as error:
            raise refused(f"The database does not answer: {error}") from error
        self.stderr.write(f"Token '{token}' for {', '.join(token.scopes)}. It is shown only now:")
        self.stdout.write(secret)


def _person(username: str | None) -> Person | None:
    if username is None:
        return None
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise refused(f"Nobody signs in as '{username}'.")
    return person


def _expiry(at: datetime, days: int | None) -> datetime | None:
    if days is None:
        return None
    try:
        return at + timedelta(days=days)
    except OverflowError as error:
        raise refused(f"{days} days are too many.") from error
