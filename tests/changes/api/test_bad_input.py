"""What no machine should send: each with its status and code, never a 500, nothing stored."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from changes.models import ChangeRequest, EvidenceItem
from changes.vocabulary import Scope
from tests.changes.api.clients import ROOT, Machine, problem
from tests.factories.people import an_engineer
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db
JSON = "application/json"
KIND = b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\njunit\r\n'
BODIES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "body_empty"),
    "spaces": (b"  \n", "body_empty"),
    "no JSON": (b"title=Sort", "json_invalid"),
    "cut off": (b'{"title": "So', "json_invalid"),
    "trailing": (b'{"title": "Sort"} {}', "json_invalid"),
    "a list": (b'["Sort"]', "json_not_an_object"),
    "text": (b'"Sort"', "json_not_an_object"),
    "null": (b"null", "json_not_an_object"),
    "key twice": (b'{"title": "a", "title": "b"}', "json_duplicate_key"),
    "key twice, deeper": (b'{"title": {"a": 1, "a": 1}}', "json_duplicate_key"),
    "NaN": (b'{"title": NaN}', "json_number"),
    "Infinity": (b'{"title": -Infinity}', "json_number"),
    "1e400": (b'{"title": 1e400}', "json_number"),
    "2^53": (b'{"title": 9007199254740992}', "number_range"),
    "5,000 digits": (b'{"title": ' + b"9" * 5000 + b"}", "number_range"),
    "100,000 brackets": (b"[" * 100_000, "json_depth"),
    "33 levels": (b"[" * 33 + b"]" * 33, "json_depth"),
    "lone surrogate": (b'{"title": "\\ud800"}', "text_encoding"),
    "NUL": (b'{"title": "a\\u0000"}', "text_nul"),
    "NUL in a key": (b'{"a\\u0000": 1}', "text_nul"),
    "invalid UTF-8": (b'{"title": "\xff"}', "text_encoding"),
    "UTF-16": ('{"title": "a"}'.encode("utf-16"), "text_encoding"),
    "byte order mark": (b"\xef\xbb\xbf{}", "text_encoding"),
}


@pytest.fixture
def machine() -> Machine:
    return Machine(*Scope, person=an_engineer())


def send(machine: Machine, body: bytes, content_type: str = JSON, **headers: str) -> Any:
    return Client().post(
        f"{ROOT}/changes/",
        body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {machine.secret}", **headers},
    )


@pytest.mark.parametrize("name", BODIES)
def test_body_that_cannot_be_read_is_refused(name: str, machine: Machine) -> None:
    body, code = BODIES[name]

    assert problem(send(machine, body))[:2] == (400, code)
    assert not ChangeRequest.objects.exists()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data", "", "a/b; c=d", "/"]
)
def test_other_content_type_is_refused(content_type: str, machine: Machine) -> None:
    assert problem(send(machine, b'{"title": "Sort"}', content_type))[0] == 415


def test_charset_may_stand_behind_the_type(machine: Machine) -> None:
    assert send(machine, b'{"title": "Sort"}', "Application/JSON; charset=utf-8").status_code == 201


def test_compressed_body_is_refused(machine: Machine) -> None:
    headers = {"Content-Encoding": "gzip"}

    assert problem(send(machine, b"\x1f\x8b" + b"\0" * 100, **headers))[0] == 415


def test_body_beyond_the_limit_is_refused_before_it_is_read(machine: Machine) -> None:
    body = json.dumps({"title": "x" * 3_000_000}).encode()

    assert problem(send(machine, body))[:2] == (413, "body_too_large")


def test_file_beyond_the_limit_is_refused_before_it_is_read(machine: Machine) -> None:
    key = make_story().change.key

    response = Client().generic(
        "POST",
        f"{ROOT}/changes/{key}/evidence/",
        b"--x",
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {machine.secret}"},
        CONTENT_LENGTH=str(5 * 10**9),
    )

    assert problem(response)[:2] == (413, "body_too_large")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/changes/", "page_size=0"),
        ("/changes/", "page_size=-1"),
        ("/changes/", "page_size=ten"),
        ("/changes/", "page_size=" + "9" * 400),
        ("/changes/", "cursor=nonsense"),
        ("/changes/", "cursor=cD14"),
        ("/changes/", "state=open"),
        ("/changes/", "state=draft&state=closed"),
        ("/changes/", "state__in=draft"),
        ("/changes/", "_connector=OR"),
        ("/changes/", "revision=%00"),
        ("/deployments/", "change=%00"),
    ],
)
def test_query_that_says_nothing_is_refused(path: str, query: str, machine: Machine) -> None:
    response = Client().get(
        f"{ROOT}{path}?{query}", headers={"Authorization": f"Bearer {machine.secret}"}
    )

    assert problem(response)[0] == 400


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        ("junit", b"", "file"),
        ("junit", b"PK\x03\x04", "file"),
        ("junit", b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "file"),
        ("junit", b"<testsuite", "file"),
        ("sarif", b"[]", "file"),
        ("nonsense", b"{}", "kind"),
        ("", b"{}", "kind"),
    ],
)
def test_file_that_cannot_be_read_is_refused(
    kind: str, content: bytes, field: str, machine: Machine
) -> None:
    response = machine.send(f"/changes/{make_story().change.key}/evidence/", kind, content)

    assert problem(response)[0] == 422
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not EvidenceItem.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"nonsense", 422),
        (KIND + b"--x--\r\n", 422),
        (KIND + KIND + b"--x--\r\n", 400),
    ],
    ids=["empty", "no form", "no file", "kind twice"],
)
def test_form_that_is_none_is_refused(body: bytes, status: int, machine: Machine) -> None:
    response = Client().generic(
        "POST",
        f"{ROOT}/changes/{make_story().change.key}/evidence/",
        body,
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {machine.secret}"},
    )

    assert problem(response)[0] == status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_method_that_an_address_lacks_is_refused(method: str, machine: Machine) -> None:
    response = Client().generic(
        method, f"{ROOT}/changes/", headers={"Authorization": f"Bearer {machine.secret}"}
    )

    assert problem(response)[0] == 405


def test_address_that_there_is_not_is_a_problem_too(machine: Machine) -> None:
    assert problem(machine.get("/nowhere/"))[0] == 404


def test_too_many_requests_are_refused(settings: Any, machine: Machine) -> None:
    settings.API_RATE = "1/day"

    cache.clear()
    statuses = [machine.get("/changes/").status_code for _ in range(2)]
    response = machine.get("/changes/")
    cache.clear()

    assert (statuses, problem(response)[0]) == ([200, 429], 429)
    assert int(response["Retry-After"]) > 0
