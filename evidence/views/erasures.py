"""Erasing personal data: asked for by one person of compliance, done by another."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from changes import clock
from changes.models import Person
from changes.permissions import needs
from changes.roles import Act
from changes.workflow.refusals import Invalid, Refusal
from evidence.forms import ErasureForm
from evidence.ledger.erasure import ask_erasure, do_erasure
from evidence.models import Erasure
from evidence.queries.ledger import open_erasures


@needs(Act.ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
def erasures(request: HttpRequest) -> HttpResponse:
    form, status = ErasureForm(request.POST or None), HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and _asked(request, form):
            return redirect("evidence:erasures")
        status = HTTPStatus.BAD_REQUEST
    context = {"form": form, "erasures": open_erasures(), "person": request.user}
    return render(request, "evidence/erasures.html", context, status=status)


@needs(Act.ERASE)
@require_POST
def erase(request: HttpRequest, number: int) -> HttpResponse:
    erasure = get_object_or_404(Erasure, pk=number)
    try:
        do_erasure(erasure=erasure, actor=_person(request), at=clock.now())
    except Refusal as refusal:
        context = {"heading": "Not erased", "sentence": str(refusal), "status": 409}
        return render(request, "errors/refused.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, f"{erasure.field} of {erasure.record} is erased.")
    return redirect("evidence:erasures")


def _asked(request: HttpRequest, form: ErasureForm) -> bool:
    try:
        ask_erasure(**form.cleaned_data, actor=_person(request), at=clock.now())
    except Invalid as refusal:
        for field, sentence in refusal.fields.items():
            form.add_error(field, sentence)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    return form.is_valid()


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # noqa: S101 - `needs` has let nobody else through
    return request.user
