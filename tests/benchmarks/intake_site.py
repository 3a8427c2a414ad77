"""The portal with one more address: a view that only inserts one row, as the floor of intake.

The map of the site for `intake_wsgi`.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from changes import clock
from changes.models import RefusedDelivery
from orca_portal import urls


@csrf_exempt
@login_not_required
def one_row(request: HttpRequest) -> HttpResponse:
    request.read()
    RefusedDelivery.objects.create(
        source="github", status=401, code="floor", sentence="One row.", received_at=clock.now()
    )
    return HttpResponse(status=202)


urlpatterns = [path("floor/", one_row), *urls.urlpatterns]
