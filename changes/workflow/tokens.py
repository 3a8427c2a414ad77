"""Tokens of machines: made, used, revoked. The secret is told once and never stored."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from changes.announcements import Announcement, announce
from changes.models import Person, Token
from changes.permissions import why_may_not
from changes.roles import Act
from changes.vocabulary import PersonKind, Scope
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import check_time

PREFIX = "orca_"
SECRET_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *,
    name: str,
    scopes: Iterable[str],
    actor: Person | None,
    at: datetime,
    person: Person | None = None,
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """The token and its secret. Without `person` it acts as a service of its own, which holds
    no role. `actor` is None on the command line of the machine itself.
    """
    _check_actor(actor)
    check_time(at)
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": "Name the token after the machine that will hold it."})
    if expires_at is not None and expires_at <= at:
        raise Invalid({"expires_at": "A token expires in the future."})
    if Token.objects.filter(name=name, revoked_at__isnull=True).exists():
        raise Invalid({"name": f"There is a token '{name}' already: revoke it, or name another."})
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = Token(
        name=name,
        scopes=_known(scopes),
        secret_sha256=digest_of(secret),
        created_by=actor,
        created_at=at,
        expires_at=expires_at,
    )
    _check(token)
    token.person = person or _service(name, actor, at)
    token.save()
    announce(Announcement("token.created", token, at, actor, details={"scopes": token.scopes}))
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, actor: Person, at: datetime) -> Token:
    """From now on it signs nobody in; what it did stays."""
    _check_actor(actor)
    check_time(at)
    token = Token.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at:
        raise NotNow(f"The token {token} is revoked already.")
    token.revoked_by, token.revoked_at = actor, at
    token.save()
    announce(Announcement("token.revoked", token, at, actor))
    return token


def note_use(*, token: Token, at: datetime) -> None:
    """When it was last used, to the minute: nothing that happened, so it is not announced."""
    earlier = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < at - USE_NOTED_EVERY:
        Token.objects.filter(earlier, pk=token.pk).update(last_used_at=at)


def digest_of(secret: str) -> str:
    """Of 256 random bits: no salt and no slow hash would add to that."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _check_actor(actor: Person | None) -> None:
    if actor is None or (actor.is_active and actor.is_superuser):
        return
    if refusal := why_may_not(actor, Act.CONFIGURE):
        raise NotPermitted(refusal)


def _known(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    known = {scope.value for scope in Scope}
    if strange := sorted(wanted - known):
        listed = ", ".join(Scope)
        raise Invalid({"scopes": f"There is no scope '{strange[0][:40]}'. Known are {listed}."})
    if not wanted:
        raise Invalid({"scopes": f"Give it at least one scope of {', '.join(Scope)}."})
    return sorted(wanted)


def _check(token: Token) -> None:
    others = {field.name for field in token._meta.fields} - {"name"}
    try:
        token.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error
    if not token.name.isprintable():
        raise Invalid({"name": "A name of a token is printable text."})


def _service(name: str, actor: Person | None, at: datetime) -> Person:
    """The same service again where a token of that name is replaced."""
    earlier = Token.objects.filter(name=name, person__kind=PersonKind.SERVICE).first()
    if earlier is not None:
        return earlier.person
    service = Person(name=name, kind=PersonKind.SERVICE)
    service.set_password(None)
    service.save()
    service.joined_at = at
    service.save(update_fields=["joined_at"])
    announce(Announcement("person.added", service, at, actor, details={"roles": []}))
    return service
