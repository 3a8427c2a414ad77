"""Production against the change requests: the page and its table as CSV."""

from http import HTTPStatus
from typing import Any

from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from changes import clock
from changes.models import Organisation
from changes.permissions import may, needs
from changes.roles import Act
from changes.views.refusals import refused
from evidence.exports import reconciliation_csv
from evidence.filters import ReconciliationFilter
from evidence.queries.reconciliation_page import Reconciliation, reconciliation_page
from evidence.queries.silence import silent_sources


@needs(Act.READ_RECONCILIATION)
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    form = ReconciliationFilter(request.GET)
    found = _found(form) if form.is_valid() else None
    context: dict[str, Any] = {
        "filter": form,
        "found": found,
        "may_create": may(request.user, Act.CREATE_CHANGE),
    }
    if found:
        quarter, now = form.quarter_asked, clock.now()
        context |= {
            "quarter": quarter,
            "is_open": quarter.is_open(now),
            "shown": form.shown,
            "silent": list(silent_sources(quarter, now)),
        }
    status = HTTPStatus.OK if found else HTTPStatus.BAD_REQUEST
    return render(request, "evidence/reconciliation.html", context, status=status)


@needs(Act.READ_RECONCILIATION)
@require_safe
def reconciliation_export(request: HttpRequest) -> HttpResponse:
    """Every row that is asked for, on whichever page of the list one stands."""
    form = ReconciliationFilter(request.GET)
    if not form.is_valid():
        return refused(request, HTTPStatus.BAD_REQUEST, " ".join(form.sentences))
    text = reconciliation_csv(form.quarter_asked, form.shown)
    is_sample = Organisation.objects.filter(is_sample=True).exists()
    name = f"reconciliation-{form.quarter_asked}{'-sample' if is_sample else ''}.csv"
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(form: ReconciliationFilter) -> Reconciliation | None:
    page = form.cleaned_data["page"]
    try:
        return reconciliation_page(form.quarter_asked, form.shown, page)
    except InvalidPage:
        form.add_error(None, f"There is no page {page} of this list.")
    return None
