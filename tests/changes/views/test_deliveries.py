import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import DeliveryJob
from changes.queries.hosts import PROTECTION
from changes.vocabulary import DeliveryState, Role
from tests.clients import ClientAs, SignedInClient
from tests.factories.alerts import AlertFactory, RepositoryNewsFactory
from tests.factories.inbox import DeliveryJobFactory, RefusedDeliveryFactory
from tests.factories.outward import DiffFetchFactory

pytestmark = pytest.mark.django_db


def page_with(rows: int, client: SignedInClient) -> tuple[str, int]:
    DeliveryJobFactory.create_batch(rows, state=DeliveryState.FAILED, sentence="It has no number.")
    RefusedDeliveryFactory.create_batch(rows)
    details = {"problem": "The host answered 404."}
    RepositoryNewsFactory.create_batch(rows, kind=PROTECTION, action="not seen", details=details)
    AlertFactory.create_batch(rows, deployment=None)
    DiffFetchFactory.create_batch(rows, problem="The host answered 500.")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/deliveries/").content.decode()
    return page, len(queries)


def test_log_shows_deliveries_and_refusals(client_as: ClientAs) -> None:
    client = client_as(Role.COMPLIANCE)

    _, queries_of_one = page_with(1, client)
    page, queries_of_three = page_with(2, client)

    assert page.count("It has no number.") == 3
    assert page.count("It belongs to no rollout that was running.") == 3
    assert page.count("Not seen: The host answered 404.") == 3
    assert page.count("The host answered 500.") == 3
    assert page.count("does not prove who sent it") == 3
    assert page.count("Try again") == 3
    assert queries_of_one == queries_of_three


def test_log_is_narrowed(client_as: ClientAs) -> None:
    DeliveryJobFactory.create(state=DeliveryState.FAILED, sentence="Failed one.")
    DeliveryJobFactory.create(state=DeliveryState.IGNORED, sentence="Ignored one.")

    page = client_as(Role.COMPLIANCE).get("/deliveries/?state=failed").content.decode()

    assert ("Failed one." in page, "Ignored one." in page) == (True, False)


@pytest.mark.parametrize("query", ["state=lost", "source=nobody", "page=-1", "page=x"])
def test_address_that_cannot_be_read(query: str, client_as: ClientAs) -> None:
    assert client_as(Role.COMPLIANCE).get(f"/deliveries/?{query}").status_code == 400


def test_retrying_on_the_page(client_as: ClientAs, eager_celery: None) -> None:
    job = DeliveryJobFactory.create(state=DeliveryState.FAILED)

    answer = client_as(Role.COMPLIANCE).post(f"/deliveries/{job.pk}/retry/")

    assert answer.status_code == 302
    assert DeliveryJob.objects.get().state == DeliveryState.IGNORED


def test_unknown_delivery_is_not_found(client_as: ClientAs) -> None:
    assert client_as(Role.COMPLIANCE).post("/deliveries/99/retry/").status_code == 404
