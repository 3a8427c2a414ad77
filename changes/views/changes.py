"""The list of changes, its export, and one change."""

from http import HTTPStatus
from typing import Any

from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from changes import clock
from changes.exports import ROWS_MAXIMUM, TooManyToExport, changes_csv
from changes.filters import ChangeFilter
from changes.models import Organisation
from changes.permissions import may, needs
from changes.queries.listing import JUDGED_AT_ONCE, TooManyToJudge, listed_page, visible_to
from changes.queries.timeline import timeline
from changes.roles import Act
from changes.views.lookup import change_page, found_judgement, person_of, wording_of
from changes.views.offers import follow_ups_for, offers_to
from changes.views.refusals import refused

NARROW = f"more than {JUDGED_AT_ONCE} changes match: narrow it, by a quarter for instance."


@needs(Act.READ_CHANGES)
@require_safe
@vary_on_headers("HX-Request")
def change_list(request: HttpRequest) -> HttpResponse:
    """The page, or its table alone for htmx. What cannot be read is a sentence and no rows."""
    form = ChangeFilter(request.GET)
    page = _page(request, form) if form.is_valid() else None
    context = {
        "filter": form,
        "page": page,
        "may_create": may(person_of(request), Act.CREATE_CHANGE),
        "sort": form.cleaned_data.get("sort", ""),
    }
    is_fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "changes/_results.html" if is_fragment else "changes/change_list.html"
    status = HTTPStatus.OK if page is not None else HTTPStatus.BAD_REQUEST
    return render(request, template, context, status=status)


@needs(Act.READ_CHANGES)
@require_safe
def change_export(request: HttpRequest) -> HttpResponse:
    form = ChangeFilter(request.GET)
    if not form.is_valid():
        return refused(request, HTTPStatus.BAD_REQUEST, " ".join(form.sentences))
    try:
        text, _ = changes_csv(visible_to(person_of(request)), form.selection, clock.now())
    except TooManyToJudge:
        return refused(request, HTTPStatus.BAD_REQUEST, f"Nothing was exported: {NARROW}")
    except TooManyToExport:
        said = f"Nothing was exported: more than {ROWS_MAXIMUM} changes match. Narrow it."
        return refused(request, HTTPStatus.BAD_REQUEST, said)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(form)}"'
    return response


@needs(Act.READ_CHANGES)
@require_safe
def change_detail(request: HttpRequest, key: str) -> HttpResponse:
    judgement, person = found_judgement(request, key), person_of(request)
    change = judgement.change
    if key != change.key:
        return redirect(change_page(change), permanent=True)
    offers = offers_to(person, judgement, clock.now())
    context = {
        "change": change,
        "judgement": judgement,
        "wording": wording_of(change),
        "moments": timeline(judgement),
        "offers": offers,
        "has_refusals": any(offer.reasons for offer in offers),
        "follow_ups": follow_ups_for(person, judgement),
        "pulls": change.pull_requests.all(),
        "files": change.evidence_items.select_related("uploaded_by"),
        "may_attach": may(person, Act.CREATE_CHANGE),
    }
    return render(request, "changes/change_detail.html", context)


def _page(request: HttpRequest, form: ChangeFilter) -> Any:
    number = form.cleaned_data["page"]
    try:
        return listed_page(visible_to(person_of(request)), form.selection, number, clock.now())
    except InvalidPage:
        form.add_error(None, f"There is no page {number} of this list.")
    except TooManyToJudge:
        form.add_error("open", f"What is open is judged for each change, and {NARROW}")
    return None


def _file_name(form: ChangeFilter) -> str:
    quarter = form.cleaned_data["quarter"]
    is_sample = Organisation.objects.filter(is_sample=True).exists()
    parts = ["changes", str(quarter) if quarter else "", "sample" if is_sample else ""]
    return f"{'-'.join(part for part in parts if part)}.csv"
