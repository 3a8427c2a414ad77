"""Documents that a change updates, and waivers of those that it need not update."""

from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, DocumentationUpdate, Person
from changes.queries.facts import facts_of
from changes.states import Action
from changes.vocabulary import DocumentKind, label
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import begin

PATH_MAXIMUM = 500


@transaction.atomic
def record_document(
    *, request: ChangeRequest, actor: Person, at: datetime, kind: DocumentKind, path: str
) -> DocumentationUpdate:
    """Where a document was updated: a file of the repository, or the address of a page. What the
    request only declared gets its path; another path of the same kind is another row.
    """
    change = begin(request, Action.RECORD_DOCUMENTS, actor, at)
    path = path.strip()
    if not path or len(path) > PATH_MAXIMUM or not path.isprintable():
        raise Invalid({"path": f"Name the file or page, in at most {PATH_MAXIMUM} characters."})
    documents = change.documents.select_for_update().filter(kind=kind)
    if documents.filter(path=path).exists():
        raise NotNow(f"{path} is recorded for {change.key} already.")
    document = documents.filter(path="", waiver_reason="").first()
    document = document or DocumentationUpdate(change=change, kind=kind)
    document.path, document.recorded_at = path, at
    document.save()
    announce(Announcement("document.recorded", document, at, actor, change))
    return document


@transaction.atomic
def ask_waiver(
    *, request: ChangeRequest, actor: Person, at: datetime, kind: DocumentKind, reason: str
) -> DocumentationUpdate:
    """Why the document need not be updated; it counts once another person has approved it."""
    change = begin(request, Action.ASK_WAIVER, actor, at)
    if not reason.strip():
        raise Invalid({"reason": f"Say why the {label(kind)} need not be updated."})
    documents = change.documents.select_for_update().filter(kind=kind)
    if documents.exclude(path="").exists():
        raise NotNow(f"The {label(kind)} was updated: there is nothing to waive.")
    document = documents.first() or DocumentationUpdate(change=change, kind=kind)
    if document.waiver_reason:
        raise NotNow(f"A waiver of the {label(kind)} was asked for already.")
    document.waiver_reason, document.waiver_asked_by = reason, actor
    document.recorded_at = at
    document.save()
    announce(Announcement("waiver.asked", document, at, actor, change))
    return document


@transaction.atomic
def approve_waiver(
    *, request: ChangeRequest, actor: Person, at: datetime, kind: DocumentKind
) -> DocumentationUpdate:
    """By somebody who neither asked for it nor made the change."""
    change = begin(request, Action.APPROVE_WAIVER, actor, at)
    asked = change.documents.select_for_update().filter(kind=kind).exclude(waiver_reason="")
    document = asked.first()
    if document is None:
        raise NotNow(f"Nobody asked to waive the {label(kind)} of {change.key}.")
    if document.waived_by_id:
        raise NotNow(f"The {label(kind)} of {change.key} is waived already.")
    if actor.pk == document.waiver_asked_by_id or actor.pk in facts_of(change).authors:
        raise NotPermitted(f"{actor.name} made {change.key} or asked for it: another approves it.")
    document.waived_by, document.waived_at = actor, at
    document.save()
    announce(Announcement("waiver.approved", document, at, actor, change))
    return document
