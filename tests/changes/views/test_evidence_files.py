"""Attaching a file to a change, and getting it back."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.urls import reverse

from changes.models import EvidenceItem, GateResult
from changes.vocabulary import Role
from tests.clients import ClientAs
from tests.factories.stories import Story, make_story
from tests.factories.times import NOW

PASSING = b'<testsuite><testcase name="a"/></testsuite>'
pytestmark = pytest.mark.django_db


def address(story: Story) -> str:
    return reverse("changes:attach-file", args=[story.change.key])


def sent(name: str = "unit.xml", content: bytes = PASSING, **more: Any) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content), "kind": "junit", **more}


def received(response: FileResponse) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[arg-type]


def test_report_is_read_kept_and_counts_for_its_commit(client_as: ClientAs) -> None:
    story, client = make_story(), client_as(Role.ENGINEER)

    asked = client.get(address(story))
    done = client.post(address(story), sent())

    assert (asked.status_code, done.status_code) == (200, 302)
    item = EvidenceItem.objects.get()
    assert (item.name, item.kind, item.uploaded_by) == ("unit.xml", "junit", client.person)
    result = GateResult.objects.get(evidence_item=item)
    assert (result.revision, result.numbers["passed"]) == (story.pull.head_revision, 1)


def test_when_it_was_produced_stands_apart_from_when_it_came(client_as: ClientAs) -> None:
    story, client = make_story(), client_as(Role.ENGINEER)
    client.post(address(story), sent(effective_at="2026-07-01T09:30"))

    item = EvidenceItem.objects.get()
    assert item.uploaded_at == NOW
    assert item.effective_at < datetime.fromisoformat("2026-07-02T00:00:00Z")


def test_any_other_file_is_kept_as_it_is(client_as: ClientAs) -> None:
    story, client = make_story(), client_as(Role.ENGINEER)
    done = client.post(address(story), sent("../../shot.png", b"\x89PNG\x00", kind="document"))

    assert done.status_code == 302
    item = EvidenceItem.objects.get()
    assert (item.name, item.kind) == ("shot.png", "document")
    assert not GateResult.objects.filter(evidence_item=item).exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param({}, "Choose a file.", id="no file"),
        pytest.param(sent(content=b""), "The file is empty.", id="empty"),
        pytest.param(sent(content=b"PK\x03\x04"), "It is a zip archive", id="a zip"),
        pytest.param(sent(content=b"<html/>"), "expected testsuites or testsuite", id="no report"),
        pytest.param(sent(kind="word"), "Select a valid choice", id="an unknown kind"),
        pytest.param(sent(revision="main"), "Expected a full commit id", id="no commit"),
        pytest.param(sent(effective_at="2031-01-01T00:00"), "is in the future", id="future"),
        pytest.param(sent(effective_at="soon"), "Give a day and a time", id="no time"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_kept(
    client_as: ClientAs, data: dict[str, Any], sentence: str
) -> None:
    story, client = make_story(), client_as(Role.ENGINEER)
    for file in filter(None, [data.get("file")]):
        file.seek(0)

    answer = client.post(address(story), data)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert EvidenceItem.objects.count() == 0


def test_file_is_handed_out_as_it_came_and_never_shown(client_as: ClientAs) -> None:
    story, client = make_story(), client_as(Role.ENGINEER)
    evil = b"<html><script>alert(1)</script></html>"
    client.post(address(story), sent("x.html", evil, kind="document"))
    item = EvidenceItem.objects.get()

    page = client.get(reverse("changes:detail", args=[story.change.key])).content.decode()
    where = reverse("changes:file", args=[story.change.key, item.sha256])
    answer = client.get(where)

    assert where in page
    assert received(answer) == evil  # type: ignore[arg-type]
    assert answer["Content-Disposition"] == 'attachment; filename="x.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", [b"edited", None], ids=["edited", "gone"])
def test_damaged_file_is_not_handed_out(client_as: ClientAs, content: bytes | None) -> None:
    story, client = make_story(), client_as(Role.AUDITOR, Role.ENGINEER)
    client.post(address(story), sent())
    item = EvidenceItem.objects.get()
    stored = Path(item.content.path)
    stored.unlink()
    if content:
        stored.write_bytes(content)

    answer = client.get(reverse("changes:file", args=[story.change.key, item.sha256]))

    assert answer.status_code == 409
    assert "restore it" in answer.content.decode()


def test_file_of_another_change_is_not_found_under_this_one(client_as: ClientAs) -> None:
    story, other = make_story(), make_story()
    client = client_as(Role.ENGINEER)
    client.post(address(story), sent())
    item = EvidenceItem.objects.get()

    assert (
        client.get(reverse("changes:file", args=[other.change.key, item.sha256])).status_code == 404
    )
