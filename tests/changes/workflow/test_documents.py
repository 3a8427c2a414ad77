"""Documents that a request declares: each has its event, and so has each that is dropped."""

from datetime import datetime

import pytest

from changes.vocabulary import DocumentKind
from changes.workflow.requests import edit_request
from evidence.models import Event
from tests.factories.stories import make_draft

pytestmark = pytest.mark.django_db


def test_edit_declares_and_drops_documents_with_an_event_each(now: datetime) -> None:
    story = make_draft()
    for kinds in ([DocumentKind.README, DocumentKind.RUNBOOK], [DocumentKind.RUNBOOK]):
        edit_request(
            request=story.change,
            actor=story.requester,
            at=now,
            values={},
            systems=[story.system],
            documents=kinds,
        )
    assert [d.kind for d in story.change.documents.all()] == [DocumentKind.RUNBOOK]
    counts = {
        name: Event.objects.filter(type=f"document.{name}").count()
        for name in ("declared", "dropped")
    }
    assert counts == {"declared": 2, "dropped": 1}
