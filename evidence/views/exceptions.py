"""The register of exceptions, and answering one."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from changes import clock
from changes.models import Person
from changes.permissions import may, needs
from changes.queries.listing import JUDGED_AT_ONCE, TooManyToJudge
from changes.queries.policies import reporting_date
from changes.roles import Act
from changes.views.refusals import answers_refusals, refused
from changes.workflow.refusals import Invalid
from evidence.exceptions.answering import answer_exception
from evidence.exceptions.answers import COMPLETE
from evidence.exceptions.register import Registered, register
from evidence.exports import exceptions_csv
from evidence.filters import AnswerForm, ExceptionFilter
from evidence.packages.freeze import setting_of

ROWS_ON_A_PAGE = 50
TOO_MANY = (
    f"More than {JUDGED_AT_ONCE} changes belong to this quarter: more than are judged on a page."
    " The quarter's package has its exceptions."
)


@needs(Act.READ_EXCEPTIONS)
@require_safe
def exceptions(request: HttpRequest) -> HttpResponse:
    form = ExceptionFilter(request.GET)
    rows = _registered(form) if form.is_valid() else None
    context: dict[str, Any] = {"filter": form, "found": rows is not None}
    if rows is not None:
        shown = [row for row in rows if form.has(row)]
        quarter = form.quarter_asked
        context |= {
            "quarter": quarter,
            "is_open": quarter.is_open(clock.now()),
            "counts": _counts(rows),
            "total": len(rows),
            "page": Paginator(shown, ROWS_ON_A_PAGE).get_page(form.cleaned_data["page"]),
            "may_answer": may(request.user, Act.ANSWER_EXCEPTION),
        }
    status = HTTPStatus.OK if rows is not None else HTTPStatus.BAD_REQUEST
    return render(request, "evidence/exceptions.html", context, status=status)


@needs(Act.READ_EXCEPTIONS)
@require_safe
def exceptions_export(request: HttpRequest) -> HttpResponse:
    form = ExceptionFilter(request.GET)
    rows = _registered(form) if form.is_valid() else None
    if rows is None:
        return refused(request, HTTPStatus.BAD_REQUEST, " ".join(form.sentences))
    text = exceptions_csv(row for row in rows if form.has(row))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"exceptions-{form.quarter_asked}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(Act.ANSWER_EXCEPTION)
@require_http_methods(["GET", "HEAD", "POST"])
@answers_refusals
def answer(request: HttpRequest) -> HttpResponse:
    """The exception stands in the address; what management says about it is sent."""
    asked = ExceptionFilter(request.GET)
    rows = _registered(asked) if asked.is_valid() else None
    if rows is None:
        return refused(request, HTTPStatus.BAD_REQUEST, " ".join(asked.sentences))
    reference = asked.cleaned_data["reference"]
    row = next((found for found in rows if found.row["reference"] == reference), None)
    if row is None:
        said = f"'{reference[:100]}' is no exception of {asked.quarter_asked}."
        return refused(request, HTTPStatus.CONFLICT, said, back=_address(asked))
    form = AnswerForm(request.POST or None, initial=_before(row))
    if request.method == "POST" and form.is_valid() and _saved(request, asked, form):
        messages.success(request, f"The response to {reference} is recorded.")
        return redirect(_address(asked))
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    context = {"form": form, "found": row, "back": _address(asked)}
    return render(request, "evidence/answer.html", context, status=status)


def _saved(request: HttpRequest, asked: ExceptionFilter, form: AnswerForm) -> bool:
    assert isinstance(request.user, Person)  # noqa: S101 - `needs` lets nobody else in
    try:
        answer_exception(
            setting=setting_of(asked.quarter_asked),
            reference=asked.cleaned_data["reference"],
            actor=request.user,
            at=clock.now(),
            **form.cleaned_data,
        )
    except Invalid as refusal:
        for name, sentence in refusal.fields.items():
            form.add_error(name, sentence)
        return False
    return True


def _registered(form: ExceptionFilter) -> list[Registered] | None:
    try:
        return register(setting_of(form.quarter_asked), reporting_date(clock.now()))
    except TooManyToJudge:
        form.add_error("quarter", TOO_MANY)
    return None


def _before(row: Registered) -> dict[str, Any]:
    names = (*COMPLETE, "due_on")
    return {**{name: row.row[name] for name in names}, "is_done": row.state == "done"}


def _address(form: ExceptionFilter) -> str:
    query = urlencode({"quarter": str(form.quarter_asked)})
    return f"{reverse('evidence:exceptions')}?{query}"


def _counts(rows: list[Registered]) -> list[tuple[str, int]]:
    states = [row.state for row in rows]
    return [(state, states.count(state)) for state in ("open", "overdue", "answered", "done")]
