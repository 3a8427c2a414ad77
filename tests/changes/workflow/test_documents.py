"""Documents that a request declares: each has its event, and so has each that is dropped."""

from datetime import datetime

import pytest

from changes.models import DocumentationUpdate, Person
from changes.vocabulary import DocumentKind, Role
from changes.workflow.documents import approve_waiver, ask_waiver, record_document
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.requests import edit_request
from evidence.models import Event
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.people import PersonFactory
from tests.factories.stories import Story, make_draft, make_story

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


def record(story: Story, path: str = "README.md") -> DocumentationUpdate:
    return record_document(
        request=story.change,
        actor=story.peer,
        at=times.APPROVED,
        kind=DocumentKind.README,
        path=path,
    )


def ask(story: Story, reason: str = "Nothing of the set-up changes.") -> DocumentationUpdate:
    return ask_waiver(
        request=story.change,
        actor=story.peer,
        at=times.APPROVED,
        kind=DocumentKind.README,
        reason=reason,
    )


def approve(story: Story, actor: Person) -> DocumentationUpdate:
    return approve_waiver(
        request=story.change, actor=actor, at=times.APPROVED, kind=DocumentKind.README
    )


def test_document_is_recorded_with_its_path() -> None:
    story = make_story()

    assert events_of(lambda: record(story)) == ["document.recorded"]
    record(story, "docs/README.md")

    assert [d.path for d in story.change.documents.all()] == ["README.md", "docs/README.md"]


def test_document_recorded_twice_is_refused() -> None:
    story = make_story()
    record(story)

    with refused(NotNow, f"README.md is recorded for {story.change.key} already."):
        record(story)


@pytest.mark.parametrize("path", ["", " ", "a\x00b", "x" * 501])
def test_document_without_a_readable_path_is_refused(path: str) -> None:
    story = make_story()

    with refused(Invalid, "Name the file or page, in at most 500 characters."):
        record(story, path)


def test_waiver_counts_once_another_person_approved_it() -> None:
    story = make_story()
    assert events_of(lambda: ask(story)) == ["waiver.asked"]
    assert events_of(lambda: approve(story, story.lead)) == ["waiver.approved"]

    document = DocumentationUpdate.objects.get()
    assert (document.waiver_reason, document.waived_by, document.waived_at) == (
        "Nothing of the set-up changes.",
        story.lead,
        times.APPROVED,
    )


def test_waiver_without_a_reason_is_refused() -> None:
    story = make_story()

    with refused(Invalid, "Say why the readme need not be updated."):
        ask(story, " ")


def test_waiver_is_not_approved_by_an_author_nor_unasked() -> None:
    lead = PersonFactory.create(roles=[Role.TECH_LEAD])
    story = make_story(requester=lead)
    with refused(NotNow, f"Nobody asked to waive the readme of {story.change.key}."):
        approve(story, story.lead)
    ask(story)

    sentence = f"{lead.name} made {story.change.key} or asked for it: another approves it."
    with refused(NotPermitted, sentence):
        approve(story, lead)


def test_waiver_of_an_updated_document_is_refused() -> None:
    story = make_story()
    record(story)

    with refused(NotNow, "The readme was updated: there is nothing to waive."):
        ask(story)
