import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest

from changes.models import EvidenceItem
from changes.vocabulary import Role
from changes.workflow import attachments
from changes.workflow.attachments import attach_document
from changes.workflow.refusals import Invalid, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.people import PersonFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 not really"


@pytest.fixture
def story() -> Story:
    return make_story()


def attach(story: Story, content: bytes = PDF, **values: Any) -> EvidenceItem:
    given = {"name": "letter.pdf", "actor": story.requester, "at": times.NOW, **values}
    return attach_document(request=story.change, content=io.BytesIO(content), **given)


def test_any_file_is_kept_as_it_came_by_its_digest(story: Story) -> None:
    item = attach(story, effective_at=times.DRAFTED)
    with item.content.open() as kept:
        assert kept.read() == PDF
    assert (item.kind, item.name, item.sha256, item.size_bytes) == (
        "document",
        "letter.pdf",
        hashlib.sha256(PDF).hexdigest(),
        len(PDF),
    )
    assert (item.effective_at, item.uploaded_at) == (times.DRAFTED, times.NOW)


def test_the_same_file_again_changes_nothing(story: Story) -> None:
    first = attach(story)
    assert events_of(lambda: attach(story, name="again.pdf")) == []
    assert list(EvidenceItem.objects.all()) == [first]


def test_a_file_leaves_an_event(story: Story) -> None:
    assert events_of(lambda: attach(story)) == ["evidence.attached"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\shot.png", "shot.png"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("gpj.\u202efdp", "gpj.fdp"),
        ("", "unnamed"),
        ("..", "unnamed"),
    ],
)
def test_a_name_is_made_safe(story: Story, given: str, kept: str) -> None:
    item = attach(story, name=given)
    assert item.name == kept
    assert item.sha256 in str(item.content.name)


def test_an_empty_file_is_refused(story: Story) -> None:
    with refused(Invalid, "The file is empty: there is nothing to keep."):
        attach(story, b"")


def test_a_large_file_is_refused(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "SIZE_MAXIMUM", 1024 * 1024)
    attach(story, b"x" * 1024 * 1024)
    with refused(Invalid, "The file is larger than 1 MB."):
        attach(story, b"y" * (1024 * 1024 + 1))


def test_a_file_is_not_made_after_it_was_received(story: Story) -> None:
    with refused(Invalid, "A file cannot be made after it was received."):
        attach(story, effective_at=times.NOW + timedelta(seconds=1))


def test_an_auditor_attaches_nothing(story: Story) -> None:
    auditor = PersonFactory.create(roles=[Role.AUDITOR])
    with pytest.raises(NotPermitted):
        attach(story, actor=auditor)
