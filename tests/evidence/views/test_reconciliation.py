"""The page Reconciliation: numbers, rows, what to do, and what it refuses."""

import csv
import io
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import clock
from changes.vocabulary import Role
from tests.clients import ClientAs, SignedInClient
from tests.factories.rollout import DeploymentFactory
from tests.factories.source import CommitFactory, RepositoryFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
ADDRESS = "/reconciliation/"


@pytest.fixture
def auditor(client_as: ClientAs) -> SignedInClient:
    return client_as(Role.AUDITOR)


def text_of(client: SignedInClient, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_current_quarter_is_shown_with_its_three_numbers(auditor: SignedInClient) -> None:
    make_story().pass_gates().approve().deploy()
    stray = CommitFactory.create(subject="A hotfix past everybody")

    text = text_of(auditor, ADDRESS)

    assert "2026Q3 is open: these numbers still move." in text
    assert '?quarter=2026Q3&amp;kind=commit&amp;show=unmatched#rows">1<' in text
    assert '?quarter=2026Q3&amp;kind=deployment&amp;show=matched#rows">1<' in text
    assert '?quarter=2026Q3&amp;kind=change&amp;show=matched_late#rows">0<' in text
    assert stray.sha[:12] in text
    assert "A hotfix past everybody" in text
    assert "Open a change request for this" in text


def test_unlinked_commits_and_deployments_stand_in_one_list(auditor: SignedInClient) -> None:
    CommitFactory.create(subject="=A push")
    DeploymentFactory.create(change=None, repository=RepositoryFactory.create())

    text = text_of(auditor, ADDRESS)

    assert "<strong>2</strong> unmatched items" in text
    assert text.count("Open a change request for this") == 2


def test_matched_quarter_says_so(auditor: SignedInClient) -> None:
    assert "Nothing is unmatched" in text_of(auditor, ADDRESS)
    assert "No such item" in text_of(auditor, f"{ADDRESS}?show=matched_late")


def test_rows_come_in_pages(auditor: SignedInClient) -> None:
    repository = RepositoryFactory.create()
    for second in range(51):
        CommitFactory.create(repository=repository, committed_at=NOW - timedelta(seconds=second))

    assert "51\u201351 of 51 items" in text_of(auditor, f"{ADDRESS}?page=2")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("quarter=2026Q5", "&#x27;2026Q5&#x27; is not a quarter"),
        ("quarter=2027Q1", "2027Q1 has not begun yet"),
        ("kind=branch", "&#x27;branch&#x27; is none of commit, deployment and change."),
        ("show=some", "&#x27;some&#x27; is none of unmatched, matched_late, matched and all."),
        ("page=2", "There is no page 2 of this list."),
        ("page=0", "&#x27;0&#x27; is no page"),
        ("sort=at", "The page has no filter &#x27;sort&#x27;."),
        ("page=1&page=1", "&#x27;page&#x27; stands in the address more than once."),
    ],
)
def test_what_cannot_be_meant_is_refused(
    auditor: SignedInClient, query: str, sentence: str
) -> None:
    response = auditor.get(f"{ADDRESS}?{query}")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert sentence in response.content.decode()


def test_export_is_what_the_page_shows(auditor: SignedInClient) -> None:
    make_story()
    commit = CommitFactory.create(repository__name="orca/web", subject="=A push")

    response = auditor.get(f"{ADDRESS}export.csv?quarter=2026Q3&kind=commit")

    (row,) = csv.DictReader(io.StringIO(response.content.decode()))
    assert row == {
        "kind": "commit",
        "id": commit.sha,
        "match": "unmatched",
        "reason": "On the production branch without a pull request: no change request covers it.",
        "change": "",
        "repository": "orca/web",
        "revision": commit.sha,
        "at": "2026-07-14T15:00:00Z",
        "person": str(commit.author),
        "text": "'=A push",
    }
    assert 'filename="reconciliation-2026Q3.csv"' in response["Content-Disposition"]


def test_export_that_cannot_be_made_is_refused(auditor: SignedInClient) -> None:
    response = auditor.get(f"{ADDRESS}export.csv?quarter=Q3")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "is not a quarter" in response.content.decode()


def test_number_of_queries_does_not_grow(auditor: SignedInClient) -> None:
    CommitFactory.create()
    with CaptureQueriesContext(connection) as one:
        auditor.get(ADDRESS)
    for _ in range(3):
        make_story()
        CommitFactory.create()
        DeploymentFactory.create(change=None, repository=RepositoryFactory.create())
    with CaptureQueriesContext(connection) as more:
        auditor.get(ADDRESS)

    assert len(one) == len(more)


def test_without_a_quarter_the_newest_with_something_in_it_is_shown(
    auditor: SignedInClient, now: datetime
) -> None:
    CommitFactory.create(committed_at=now, subject="The last of the quarter")

    with clock.simulated(now + timedelta(days=100)):
        text = text_of(auditor, ADDRESS)

    assert "The last of the quarter" in text
    assert '<option value="2026Q3" selected>' in text
    assert '<option value="2026Q4">' in text
