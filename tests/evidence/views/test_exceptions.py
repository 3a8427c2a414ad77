"""The register as a page, its CSV, and the form of an answer."""

import csv
import io
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.queries import listing
from changes.vocabulary import Role
from evidence.exceptions import register
from evidence.models import ManagementResponse
from tests.clients import ClientAs
from tests.factories.people import PersonFactory
from tests.factories.source import CommitFactory
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db
ADDRESS = "/exceptions/"


def stray() -> str:
    commit = CommitFactory.create(repository__name="orca/web", subject="=A push")
    return f"commit orca/web@{commit.sha}"


def test_auditor_reads_and_does_not_answer(client_as: ClientAs) -> None:
    stray()

    page = client_as(Role.AUDITOR).get(ADDRESS).content.decode()

    assert "On the production branch without a pull request" in page
    assert "not answered yet" in page
    assert "/exceptions/answer/" not in page


def test_compliance_answers(client_as: ClientAs) -> None:
    reference, client = stray(), client_as(Role.COMPLIANCE)
    owner = PersonFactory.create(username="olga", name="Olga Owner")
    address = f"{ADDRESS}answer/?quarter=2026Q3&reference={reference}"
    assert reference in client.get(address).content.decode()

    data = {
        "cause": "A hurry",
        "response": "Pushes are refused",
        "owner": owner.pk,
        "due_on": "2026-08-01",
    }
    response = client.post(address, data, follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [(f"{ADDRESS}?quarter=2026Q3", HTTPStatus.FOUND)]
    assert f"The response to {reference} is recorded." in page
    assert "Pushes are refused" in page
    assert "Olga Owner" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"cause": ""}, "Say what caused it."),
        ({"due_on": "2026-07-01"}, "2026-07-01 has passed"),
        ({"due_on": "soon"}, "Enter a valid date."),
        ({"owner": "0"}, "Select a valid choice."),
    ],
)
def test_wrong_answer_is_shown_again(
    client_as: ClientAs, values: dict[str, str], sentence: str
) -> None:
    reference, client = stray(), client_as(Role.COMPLIANCE)
    owner = PersonFactory.create(username="olga")
    known = {"cause": "a", "response": "b", "owner": str(owner.pk), "due_on": "2026-08-01"}

    response = client.post(
        f"{ADDRESS}answer/?quarter=2026Q3&reference={reference}", {**known, **values}
    )

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert sentence in response.content.decode()
    assert not ManagementResponse.objects.exists()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("quarter=2026Q5", "is not a quarter"),
        ("state=closed", "&#x27;closed&#x27; is no state of an exception."),
        ("sort=at", "has no filter"),
    ],
)
def test_what_cannot_be_meant_is_refused(client_as: ClientAs, query: str, sentence: str) -> None:
    response = client_as(Role.AUDITOR).get(f"{ADDRESS}?{query}")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert sentence in response.content.decode()


def test_more_than_a_page_judges_points_to_the_package(
    client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "JUDGED_AT_ONCE", 0)
    make_story()

    response = client_as(Role.AUDITOR).get(ADDRESS)

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert f"More than {listing.JUDGED_AT_ONCE} changes" in response.content.decode()


def test_export_is_what_the_page_shows(client_as: ClientAs) -> None:
    reference = stray()
    client = client_as(Role.AUDITOR)

    text = client.get(f"{ADDRESS}export.csv?state=open").content.decode()

    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["reference"], row["state"], row["text"]) == (reference, "open", "'=A push")
    nothing = client.get(f"{ADDRESS}export.csv?state=done").content.decode()
    assert len(nothing.splitlines()) == 1


def test_number_of_queries_does_not_grow(client_as: ClientAs) -> None:
    client = client_as(Role.COMPLIANCE)
    stray()
    make_story()
    with CaptureQueriesContext(connection) as one:
        client.get(ADDRESS)
    for _ in range(3):
        make_story()
        CommitFactory.create()
    with CaptureQueriesContext(connection) as more:
        client.get(ADDRESS)

    assert len(one) == len(more)
