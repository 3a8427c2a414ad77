import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.vocabulary import Category, Role
from tests.clients import ClientAs, SignedInClient
from tests.factories.calendar import FreezeFactory
from tests.factories.stories import make_draft, make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
LIST, EXPORT = "/changes/", "/changes/export.csv"


def shown(client: SignedInClient, address: str) -> list[str]:
    return [row.change.title for row in client.get(address).context["page"].object_list]


def rows(client: SignedInClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(address).content.decode())))


def test_list_shows_the_newest_first(client_as: ClientAs) -> None:
    for title in ("First", "Second"):
        make_draft(title=title)
    assert shown(client_as(Role.AUDITOR), LIST) == ["Second", "First"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        pytest.param("q=sort", ["Sort the pages"], id="a word of the title"),
        pytest.param("q=CHG-000002", ["Sort the pages"], id="a key"),
        pytest.param("q=chg-000002", ["Sort the pages"], id="a key in lower case"),
        pytest.param("q=2", ["Sort the pages"], id="a number"),
        pytest.param("q=Ada", ["Cache the feed"], id="the requester"),
        pytest.param("person=Ada", ["Cache the feed"], id="a person"),
        pytest.param("category=emergency", ["Cache the feed"], id="a category"),
        pytest.param("state=draft", ["Sort the pages"], id="a state"),
        pytest.param("system=feed", ["Cache the feed"], id="a system"),
        pytest.param("quarter=2026Q3", ["Cache the feed"], id="a quarter"),
        pytest.param("quarter=2025Q1", [], id="a quarter without changes"),
        pytest.param("sort=title", ["Cache the feed", "Sort the pages"], id="sorted"),
        pytest.param("sort=-title", ["Sort the pages", "Cache the feed"], id="sorted downwards"),
        pytest.param("page=last", ["Sort the pages", "Cache the feed"], id="the last page"),
        pytest.param("open=on", ["Sort the pages", "Cache the feed"], id="with something open"),
        pytest.param("q=%00", None, id="NUL is refused"),
    ],
)
def test_list_finds(client_as: ClientAs, query: str, titles: list[str] | None) -> None:
    story = make_story(title="Cache the feed", category=Category.EMERGENCY)
    story.system.slug = "feed"
    story.system.save()
    story.requester.name = "Ada"
    story.requester.save()
    make_draft()
    client = client_as(Role.ENGINEER)
    if titles is None:
        assert client.get(f"{LIST}?{query}").status_code == 400
    else:
        assert shown(client, f"{LIST}?{query}") == titles


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("quarter=2026Q5", "&#x27;2026Q5&#x27; is not a quarter"),
        ("quarter=Q3", "&#x27;Q3&#x27; is not a quarter"),
        ("page=abc", "&#x27;abc&#x27; is no page"),
        ("page=-1", "&#x27;-1&#x27; is no page"),
        ("page=0", "&#x27;0&#x27; is no page"),
        ("page=99999999999999999999", "is no page"),
        ("page=7", "There is no page 7 of this list."),
        ("sort=password", "&#x27;password&#x27; is no order"),
        ("category=odd", "&#x27;odd&#x27; is no category"),
        ("state=odd", "&#x27;odd&#x27; is no state"),
        ("system=odd", "There is no system &#x27;odd&#x27;"),
        ("state=draft&state=closed", "&#x27;state&#x27; stands in the address more than once"),
        ("requester__password=x", "The list has no filter &#x27;requester__password&#x27;"),
        (f"q={'x' * 201}", "at most 200 characters"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_no_list(
    client_as: ClientAs, query: str, sentence: str
) -> None:
    make_draft()
    client = client_as(Role.COMPLIANCE)
    page = client.get(f"{LIST}?{query}")
    assert (page.status_code, sentence in page.content.decode()) == (400, True)
    assert "Sort the pages" not in page.content.decode()
    if not query.startswith("page"):
        assert client.get(f"{EXPORT}?{query}").status_code == 400


def test_htmx_gets_the_table_alone(client_as: ClientAs) -> None:
    make_draft()
    client = client_as(Role.ENGINEER)
    fragment = client.get(LIST, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "Sort the pages" in fragment.content.decode()
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.parametrize("address", [LIST, f"{LIST}?open=on", EXPORT, "/"])
def test_queries_do_not_grow_with_the_rows(client_as: ClientAs, address: str) -> None:
    client = client_as(Role.TECH_LEAD, Role.COMPLIANCE, Role.AUDITOR, Role.POLICY_ADMINISTRATOR)
    FreezeFactory.create(starts_at=NOW, ends_at=NOW + timedelta(days=1))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_story().pass_gates().approve().start()
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_export_holds_exactly_the_rows_of_the_list(client_as: ClientAs) -> None:
    make_story(title="=cmd()")
    make_draft(title="Not asked for")
    exported = rows(client_as(Role.AUDITOR), f"{EXPORT}?state=submitted")
    assert [(row["key"], row["title"]) for row in exported] == [("CHG-000001", "'=cmd()")]
    assert exported[0]["submitted_at_utc"] == "2026-07-14T16:05:00+00:00"
    assert (exported[0]["quarter"], exported[0]["quarter_time_zone"]) == ("2026Q3", "UTC")


def test_html_in_a_title_is_shown_as_text(client_as: ClientAs) -> None:
    make_draft(title="<script>alert(1)</script> {{7*7}}")
    page = client_as(Role.ENGINEER).get(LIST).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in page


def test_somebody_without_a_role_is_refused(client_as: ClientAs) -> None:
    answer = client_as().get(LIST)
    assert (answer.status_code, "may read changes" in answer.content.decode()) == (403, True)
