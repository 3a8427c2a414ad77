"""The log of refused actions."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from changes.models import RefusedAction
from changes.permissions import needs
from changes.roles import Act

PAGE_SIZE = 50


@needs(Act.READ_REFUSALS)
@require_safe
def refused_actions(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    rows = RefusedAction.objects.select_related("person", "change")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "changes/refused_actions.html", {"page": page})
