"""Fetching what an address names; what the caller may not see is not there."""

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request

from changes.api.access import token_of
from changes.api.base import person_of
from changes.api.problems import Unprocessable
from changes.keys import parse_key
from changes.models import ChangeRequest, Deployment, Repository
from changes.queries.listing import visible_to
from changes.queries.record import with_record
from changes.vocabulary import PersonKind


def seen_by(request: Request) -> QuerySet[ChangeRequest]:
    """A service sees by its scopes, which were asked; everybody else by their roles."""
    person = person_of(request)
    if token_of(request) and person.kind != PersonKind.HUMAN:
        return ChangeRequest.objects.all()
    return visible_to(person)


def found_change(request: Request, key: str) -> ChangeRequest:
    return _one(seen_by(request).select_related("policy_version"), key)


def found_whole_change(request: Request, key: str) -> ChangeRequest:
    return _one(with_record(seen_by(request)), key)


def found_deployment(request: Request, number: int) -> Deployment:
    """Of a change that the caller sees, or of none."""
    rows = Deployment.objects.select_related("change", "repository").filter(pk=_within(number))
    deployment = rows.first()
    is_hidden = (
        deployment is not None
        and deployment.change_id is not None
        and not seen_by(request).filter(pk=deployment.change_id).exists()
    )
    if deployment is None or is_hidden:
        raise Http404(f"There is no deployment {number}.")
    return deployment


def named_repository(name: str) -> Repository:
    """By a field of the body."""
    repository = Repository.objects.filter(name=name).first()
    if repository is None:
        sentence = f"The portal knows no repository '{name[:80]}': add it in the admin site."
        raise Unprocessable({"repository": sentence})
    return repository


def _one(changes: QuerySet[ChangeRequest], key: str) -> ChangeRequest:
    change = changes.filter(number=_within(parse_key(key) or 0)).first()
    if change is None:
        raise Http404(f"There is no change {key.upper()}.")
    return change


def _within(number: int) -> int:
    """What a column of the database can hold; beyond it there is nothing."""
    return number if number < 2**31 else 0
