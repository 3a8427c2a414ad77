"""A refusal as a page: its own sentence, the status that fits, and a way on."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from changes import clock
from changes.keys import parse_key
from changes.models import ChangeRequest, Person
from changes.workflow.refusals import NotNow, NotPermitted, Refusal
from changes.workflow.refused_actions import record_refused_action

HEADINGS = {
    HTTPStatus.BAD_REQUEST: "That cannot be read",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.CONFLICT: "Not now",
}


def status_of(refusal: Refusal) -> HTTPStatus:
    if isinstance(refusal, NotPermitted):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.CONFLICT if isinstance(refusal, NotNow) else HTTPStatus.BAD_REQUEST


def refused(
    request: HttpRequest, status: HTTPStatus, sentence: str, *, back: str = "", back_text: str = ""
) -> HttpResponse:
    """`back` is where to go on from here; without it, home. What was asked for by a form is kept
    in the log of refused actions.
    """
    if request.method == "POST":
        keep_refusal(request, status, sentence)
    context = {
        "heading": HEADINGS[status],
        "sentence": sentence,
        "back": back,
        "back_text": back_text,
        "status": int(status),
    }
    return render(request, "errors/refused.html", context, status=status)


def keep_refusal(request: HttpRequest, status: HTTPStatus, sentence: str) -> None:
    person = request.user if isinstance(request.user, Person) else None
    key = request.resolver_match.kwargs.get("key") if request.resolver_match else None
    number = parse_key(key) if isinstance(key, str) else None
    record_refused_action(
        person=person,
        what=request.path,
        status=int(status),
        sentence=sentence,
        at=clock.now(),
        change=ChangeRequest.objects.filter(number=number).first() if number else None,
    )


def sentences_of(form: BaseForm) -> str:
    """What a form says is wrong with what was filled in."""
    found = [sentence for sentences in form.errors.values() for sentence in sentences]
    return " ".join(dict.fromkeys(str(sentence) for sentence in found))


def answers_refusals(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What the workflow refuses becomes a page, never a traceback."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, status_of(refusal), str(refusal))

    return answered
