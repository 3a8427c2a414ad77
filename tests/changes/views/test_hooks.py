"""What is let in, what is refused and why: docs/webhooks.md, bad input of the hooks."""

import gzip
import hashlib
import hmac
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from pytest_django.fixtures import Settings

from changes.models import Delivery, DeliveryJob, RefusedDelivery
from changes.vocabulary import DeliveryState
from tests.hooks import SECRET, SETTINGS, body_of, headers_of, post, proof_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_hooks")]
SOURCES = ("github", "gitlab", "vercel", "alertmanager")
PING = {"zen": "Keep it logically awesome."}
PAYLOADS: dict[str, dict[str, Any]] = {
    "github": PING,
    "gitlab": {"object_kind": "push"},
    "vercel": {"id": "one", "type": "deployment.created", "payload": {}},
    "alertmanager": {"version": "4", "status": "firing", "alerts": []},
}


@pytest.fixture
def _hooks(settings: Settings, eager_celery: None) -> None:
    for name in SETTINGS:
        setattr(settings, name, ["an older secret", SECRET])


@pytest.mark.parametrize("source", SOURCES)
def test_new_is_202_and_repeated_is_200(source: str) -> None:
    answers = [post(PAYLOADS[source], source=source).status_code for _ in range(3)]

    assert answers == [202, 200, 200]
    delivery = Delivery.objects.get()
    assert bytes(delivery.raw_body) == body_of(PAYLOADS[source])
    assert delivery.body_sha256 == hashlib.sha256(body_of(PAYLOADS[source])).hexdigest()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("secret", ["an older secret", SECRET])
def test_both_secrets_are_good_during_a_rotation(source: str, secret: str) -> None:
    body = body_of(PAYLOADS[source])

    assert post(body, source=source, headers=proof_of(source, body, secret)).status_code == 202


def sha1_only(body: bytes) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    return {"X-Hub-Signature": f"sha1={digest}"}


BODY = body_of(PING)
GOOD = proof_of("github", BODY)["X-Hub-Signature-256"]
BAD_SIGNATURES = {
    "missing": {},
    "empty": {"X-Hub-Signature-256": ""},
    "of another secret": proof_of("github", BODY, "another"),
    "of the empty secret": proof_of("github", BODY, ""),
    "of another body": proof_of("github", BODY + b" "),
    "cut": {"X-Hub-Signature-256": GOOD[:-1]},
    "longer": {"X-Hub-Signature-256": GOOD + "0"},
    "without its scheme": {"X-Hub-Signature-256": GOOD.removeprefix("sha256=")},
    "of another scheme": {"X-Hub-Signature-256": GOOD.replace("sha256", "sha1")},
    "of SHA-1 only": sha1_only(BODY),
    "not of ASCII": {"X-Hub-Signature-256": "sha256=\xfc\xe9" * 3},
    "half a character": {"X-Hub-Signature-256": "sha256=\udcff"},
}


@pytest.mark.parametrize("headers", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES.keys())
def test_github_signature_is_refused(headers: dict[str, str]) -> None:
    names = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "one"}

    answer = Client().post(
        "/hooks/github/", BODY, content_type="application/json", headers={**names, **headers}
    )

    assert answer.status_code == 401
    assert not Delivery.objects.exists()
    assert RefusedDelivery.objects.get().code == "unproven"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("secrets", [[], [""], ["", " "]], ids=["none", "empty", "blank"])
def test_without_a_secret_nobody_is_let_in(
    source: str, secrets: list[str], settings: Settings
) -> None:
    for name in SETTINGS:
        setattr(settings, name, secrets)
    body = body_of(PAYLOADS[source])

    answers = [
        post(body, source=source, headers=proof_of(source, body, given)).status_code
        for given in ("", " ", SECRET)
    ]

    assert answers == [401, 401, 401]


@pytest.mark.parametrize("name", SETTINGS)
def test_check_refuses_an_empty_secret(name: str, settings: Settings) -> None:
    setattr(settings, name, ["good", ""])

    with pytest.raises(SystemCheckError, match=rf"orca\.E002\) {name} holds an empty secret"):
        call_command("check")


BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 400, "body_empty"),
    "blank": (b" \n", 400, "body_empty"),
    "not JSON": (b"{", 400, "json_invalid"),
    "cut off": (b'{"a": "b', 400, "json_invalid"),
    "a list": (b"[]", 400, "json_invalid"),
    "a key twice": (b'{"a": 1, "a": 2}', 400, "json_duplicate_key"),
    "a key twice within": (b'{"a": [{"b": 1, "b": 1}]}', 400, "json_duplicate_key"),
    "NaN": (b'{"a": NaN}', 400, "json_number"),
    "infinity": (b'{"a": -Infinity}', 400, "json_number"),
    "1e400": (b'{"a": 1e400}', 400, "json_number"),
    "beyond exact": (b'{"a": 9007199254740992}', 400, "number_range"),
    "5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", 400, "number_range"),
    "nested": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "json_depth"),
    "nested objects": (b'{"a": ' * 50_000 + b"1" + b"}" * 50_000, 400, "json_depth"),
    "half a character": (b'{"a": "\\ud800"}', 400, "text_encoding"),
    "NUL": (b'{"a": "\\u0000"}', 400, "text_nul"),
    "Latin-1": (b'{"a": "\xfc"}', 400, "text_encoding"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), 400, "text_encoding"),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', 400, "json_invalid"),
    "too many values": (b'{"a": [' + b"1," * 1_000_001 + b"1]}", 413, "body_too_large"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_body_is_refused_with_a_code_and_a_sentence(body: bytes, status: int, code: str) -> None:
    answer = post(body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].endswith(".")
    assert not Delivery.objects.exists()
    line = RefusedDelivery.objects.get()
    assert (line.status, line.code, line.delivery_id) == (status, code, "one")
    assert line.size_bytes == len(body)


def test_escaped_backslash_is_no_escape() -> None:
    assert post(rb'{"a": "\\ud800 and \\u0000"}').status_code == 202


def test_number_at_the_edge_is_exact() -> None:
    assert post(b'{"a": [9007199254740991, -9007199254740991]}').status_code == 202


def test_too_long_is_refused_before_it_is_read(settings: Settings) -> None:
    settings.WEBHOOK_MAXIMUM_BYTES = 10
    within, beyond = b'{"a":"bc"}', b'{"a":"bcd"}'

    answers = [post(body, key=str(len(body))).status_code for body in (within, beyond)]

    assert answers == [202, 413]
    assert RefusedDelivery.objects.get().code == "body_too_large"


KINDS = {
    "text/plain": 415,
    "": 415,
    "multipart/form-data; boundary=x": 415,
    "application/xml": 415,
    "application/json; charset=utf-8": 202,
    "APPLICATION/JSON": 202,
}


@pytest.mark.parametrize(("kind", "status"), KINDS.items())
def test_content_type(kind: str, status: int) -> None:
    assert post(PING, content_type=kind).status_code == status


def test_form_of_github_is_taken() -> None:
    form = urlencode({"payload": BODY.decode()}).encode()

    answer = post(form, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 202
    assert bytes(Delivery.objects.get().raw_body) == form
    assert DeliveryJob.objects.get().state == DeliveryState.IGNORED


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (b"payload=", "form_invalid"),
        (b"other=%7B%7D", "form_invalid"),
        (b"payload=%7B%7D&payload=%7B%7D", "form_invalid"),
        (b"payload=%7B", "json_invalid"),
    ],
)
def test_form_that_holds_no_payload(form: bytes, code: str) -> None:
    answer = post(form, content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_form_is_refused_for_gitlab() -> None:
    kind = "application/x-www-form-urlencoded"

    assert post(b"payload=%7B%7D", source="gitlab", content_type=kind).status_code == 415


def test_packed_body_is_refused_unread() -> None:
    answer = post(gzip.compress(BODY), headers={"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (415, "content_encoding")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-GitHub-Delivery": ""}, "delivery_id_missing"),
        ({"X-GitHub-Delivery": "x" * 101}, "delivery_id_invalid"),
        ({"X-GitHub-Delivery": "one\x00"}, "delivery_id_invalid"),
        ({"X-GitHub-Delivery": "\xfc"}, "delivery_id_invalid"),
        ({"X-GitHub-Event": ""}, "event_missing"),
        ({"X-GitHub-Event": "x" * 61}, "event_invalid"),
    ],
)
def test_names_of_a_delivery_are_refused(headers: dict[str, str], code: str) -> None:
    answer = post(PING, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_same_id_with_another_body_is_a_conflict() -> None:
    answers = [post({"a": 1}).status_code, post({"a": 2}).status_code, post({"a": 1}).status_code]

    assert answers == [202, 409, 200]
    assert Delivery.objects.count() == 1
    assert RefusedDelivery.objects.get().code == "delivery_conflict"


def test_same_body_under_another_id_is_flagged() -> None:
    answers = [post(PING, key=key).status_code for key in ("one", "two")]

    assert answers == [202, 202]
    second = DeliveryJob.objects.get(delivery__delivery_id="two")
    assert second.replay_of == Delivery.objects.get(delivery_id="one")
    assert second.sentence == "A replay: the same body came as one."


def test_same_id_from_two_hosts_is_two_deliveries() -> None:
    assert post(PAYLOADS["github"]).status_code == 202
    assert post(PAYLOADS["gitlab"], source="gitlab").status_code == 202


def test_gitlab_prefers_the_key_that_retries_keep() -> None:
    post(PAYLOADS["gitlab"], source="gitlab", headers={"Idempotency-Key": "kept"})

    assert Delivery.objects.get().delivery_id == "kept"


def test_unknown_event_is_kept_as_ignored() -> None:
    assert post(PING, event="sponsorship").status_code == 202
    job = DeliveryJob.objects.get()
    assert (job.state, job.sentence) == (
        DeliveryState.IGNORED,
        "The portal has no use for 'sponsorship'.",
    )


def test_only_post_is_taken() -> None:
    assert Client().get("/hooks/github/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_answer_asks_for_a_bearer_token() -> None:
    answer = Client().post("/hooks/alertmanager/", b"{}", content_type="application/json")

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_headers_are_those_of_the_sender() -> None:
    assert set(headers_of("github", BODY)) == {
        "X-GitHub-Event",
        "X-GitHub-Delivery",
        "X-Hub-Signature-256",
    }
