"""The delivery log, and trying a failed delivery again."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from changes import clock
from changes.forms.deliveries import DeliveryFilter
from changes.models import Delivery
from changes.permissions import may, needs
from changes.queries.deliveries import alerts, counts_by_state, deliveries, refused_deliveries
from changes.queries.hosts import protection_snapshots, troubled_fetches
from changes.roles import Act
from changes.tasks import wake_for
from changes.views.lookup import person_of
from changes.views.refusals import answers_refusals, refused
from changes.workflow.deliveries import retry_delivery

PAGE_SIZE, REFUSALS_SHOWN = 50, 20


@needs(Act.READ_DELIVERIES)
@require_safe
def delivery_list(request: HttpRequest) -> HttpResponse:
    form = DeliveryFilter(request.GET)
    if not form.is_valid():
        return refused(request, HTTPStatus.BAD_REQUEST, form.sentence)
    source, state = form.cleaned_data["source"], form.cleaned_data["state"]
    pages = Paginator(deliveries(source=source, state=state), PAGE_SIZE)
    context = {
        "filter": form,
        "counts": counts_by_state(),
        "page": pages.get_page(form.cleaned_data["page"] or 1),
        "refusals": refused_deliveries(source=source)[:REFUSALS_SHOWN],
        "alerts": alerts()[:REFUSALS_SHOWN],
        "fetches": troubled_fetches()[:REFUSALS_SHOWN],
        "snapshots": protection_snapshots()[:REFUSALS_SHOWN],
        "may_retry": may(request.user, Act.RETRY_DELIVERY),
    }
    return render(request, "changes/deliveries.html", context)


@needs(Act.RETRY_DELIVERY)
@require_POST
@answers_refusals
def delivery_retry(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = Delivery.objects.defer("raw_body").filter(pk=pk).first()
    if delivery is None:
        raise Http404("There is no such delivery.")
    retry_delivery(delivery=delivery, actor=person_of(request), at=clock.now())
    wake_for(delivery.pk)
    messages.success(request, f"The delivery {delivery.delivery_id} is tried again.")
    return redirect("changes:deliveries")
