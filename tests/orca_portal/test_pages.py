import re

import pytest
from django.test import Client
from django.urls import reverse

from changes.models import Organisation
from changes.sample.logins import SAMPLE_LOGINS, SAMPLE_PASSWORD
from changes.vocabulary import Role
from tests.clients import ClientAs
from tests.factories.people import PersonFactory
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db
PAGES = ["/", "/changes/", "/changes/new/", "/changes/CHG-000001/", "/policy/", "/styleguide/"]


def as_sample() -> None:
    Organisation.objects.update(is_sample=True)


def test_sample_logins_stand_there_only_while_the_sample_is_open() -> None:
    client = Client()
    assert SAMPLE_PASSWORD not in client.get("/sign-in/").content.decode()
    as_sample()
    text = client.get("/sign-in/").content.decode()
    assert text.count(f'value="{SAMPLE_PASSWORD}"') == len(SAMPLE_LOGINS)


def test_signing_in_leads_on_and_signing_out_leads_back() -> None:
    PersonFactory.create(username="ada").set_password("x")
    person = PersonFactory.create(username="grace")
    person.set_password("a-long-made-up-password")
    person.save()
    client = Client()
    given = {"username": "grace", "password": "a-long-made-up-password"}
    assert client.post("/sign-in/?next=/policy/", {**given, "next": "/policy/"})["Location"] == (
        "/policy/"
    )
    assert client.post("/sign-out/")["Location"] == reverse("sign-in")


@pytest.mark.parametrize(
    "given",
    [
        {"username": "grace", "password": "wrong"},
        {"username": "a\x00b", "password": "wrong"},
        {"username": "", "password": ""},
        {"username": "x" * 10_000, "password": "<script>"},
    ],
)
def test_signing_in_wrongly_is_a_sentence(given: dict[str, str]) -> None:
    answer = Client().post("/sign-in/", given)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)


def test_signing_in_leads_to_no_other_site() -> None:
    person = PersonFactory.create(username="grace")
    person.set_password("a-long-made-up-password")
    person.save()
    given = {"username": "grace", "password": "a-long-made-up-password"}
    answer = Client().post("/sign-in/", {**given, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("address", PAGES)
def test_pages_hold_nothing_inline(client_as: ClientAs, address: str) -> None:
    make_story()
    as_sample()
    answer = client_as(Role.ENGINEER, Role.COMPLIANCE).get(address)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert re.findall(r'\sstyle="|<style|\son\w+="|<script(?![^>]*\ssrc=)', text) == []
    assert "Sample organisation: every person, change and figure here is made up." in text
    assert (
        "default-src &#x27;self&#x27;".replace("&#x27;", "'") in answer["Content-Security-Policy"]
    )


def test_an_unknown_address_has_a_page_in_the_same_look(client_as: ClientAs) -> None:
    answer = client_as(Role.ENGINEER).get("/nowhere/")
    assert (answer.status_code, "There is no page at this address." in answer.content.decode()) == (
        404,
        True,
    )


def test_a_failure_is_a_page_without_a_traceback(
    client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("changes.views.policy.policy_history", fail)
    client = client_as(Role.ENGINEER)
    client.raise_request_exception = False
    answer = client.get("/policy/")
    assert (answer.status_code, "The portal failed" in answer.content.decode()) == (500, True)
    assert "secret detail" not in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/", "/changes/", "/policy/", "/changes/export.csv", "/styleguide/"]
)
def test_nobody_reads_without_signing_in(address: str) -> None:
    assert Client().get(address)["Location"] == f"/sign-in/?next={address}"


def test_times_are_shown_in_the_zone_of_the_viewer(client_as: ClientAs) -> None:
    make_story()
    client = client_as(Role.ENGINEER)
    client.person.time_zone = "Asia/Tokyo"
    client.person.save()
    text = client.get("/changes/CHG-000001/").content.decode()
    assert 'title="2026-07-14 16:05:00 UTC">01:05</time>' in text
    assert "Times in Asia/Tokyo" in text
