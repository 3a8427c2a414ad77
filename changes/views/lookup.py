"""Fetching what an address names, for this person."""

from django.http import Http404, HttpRequest
from django.urls import reverse

from changes import clock
from changes.keys import parse_key
from changes.models import ChangeRequest, Person
from changes.queries.judgements import Judgement, judgements_of
from changes.queries.listing import visible_to
from changes.queries.record import with_record


def person_of(request: HttpRequest) -> Person:
    """Who is signed in; every page but the door asks for that first."""
    assert isinstance(request.user, Person)  # noqa: S101 - LoginRequiredMiddleware saw to it
    return request.user


def found_change(request: HttpRequest, key: str) -> ChangeRequest:
    changes = visible_to(person_of(request)).filter(number=parse_key(key) or 0)
    change = with_record(changes).first()
    if change is None:
        raise Http404(f"There is no change {key.upper()}.")
    return change


def found_judgement(request: HttpRequest, key: str) -> Judgement:
    return judgements_of([found_change(request, key)], clock.now())[0]


def change_page(change: ChangeRequest) -> str:
    return reverse("changes:detail", args=[change.key])


def wording_of(change: ChangeRequest) -> list[tuple[str, str]]:
    """The texts of the request, with the questions that they answer."""
    return [
        ("What changes", change.description),
        ("Why", change.business_justification),
        ("Risk", change.risk_assessment),
        ("How it was tested", change.testing_evidence),
        ("How to roll it back", change.rollback_plan),
    ]
