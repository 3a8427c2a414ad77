"""After the rollout: documents, post-mortem, the end."""

from datetime import datetime

from changes.forms.actions import (
    ActionForm,
)
from changes.forms.followups import PostMortemForm
from changes.forms.rollout import (
    ApproveWaiverForm,
    DocumentForm,
    WaiverForm,
)
from changes.models import ChangeRequest, Person
from changes.states import Action
from changes.views.task import Task
from changes.vocabulary import (
    Category,
    DocumentKind,
)
from changes.workflow.documents import approve_waiver, ask_waiver, record_document
from changes.workflow.learning import approve_post_mortem, write_post_mortem
from changes.workflow.requests import close_request


def _close(form: ActionForm, person: Person, at: datetime) -> object:
    return close_request(request=form.change, actor=person, at=at)


def _write_post_mortem(form: ActionForm, person: Person, at: datetime) -> object:
    return write_post_mortem(
        request=form.change,
        actor=person,
        at=at,
        what_happened=form.cleaned_data["what_happened"],
        root_cause=form.cleaned_data["root_cause"],
        action_items=form.new_items if isinstance(form, PostMortemForm) else (),
    )


def _post_mortem_asked(change: ChangeRequest) -> bool:
    post_mortem = getattr(change, "post_mortem", None)
    if post_mortem is None:
        return change.category == Category.EMERGENCY and change.submitted_at is not None
    return post_mortem.approved_at is None


def _post_mortem_written(change: ChangeRequest) -> bool:
    post_mortem = getattr(change, "post_mortem", None)
    return bool(post_mortem and post_mortem.written_by_id and not post_mortem.approved_at)


def _waiver_waits(change: ChangeRequest) -> bool:
    return any(d.waiver_reason and not d.waived_by_id for d in change.documents.all())


LEARNING_TASKS: dict[Action, Task] = {
    Action.RECORD_DOCUMENTS: Task(
        "The document counts as updated where you say.",
        "documented",
        lambda form, person, at: record_document(
            request=form.change,
            actor=person,
            at=at,
            kind=DocumentKind(form.cleaned_data["kind"]),
            path=form.cleaned_data["path"],
        ),
        DocumentForm,
        icon="file-text",
        kind="plain",
    ),
    Action.ASK_WAIVER: Task(
        "Your reason is kept. It counts once a tech lead or compliance has approved it.",
        "waiting for its waiver",
        lambda form, person, at: ask_waiver(
            request=form.change,
            actor=person,
            at=at,
            kind=DocumentKind(form.cleaned_data["kind"]),
            reason=form.cleaned_data["reason"],
        ),
        WaiverForm,
        icon="file-text",
        kind="plain",
    ),
    Action.APPROVE_WAIVER: Task(
        "The document then need not be updated for this change; your name stands by the reason.",
        "excused from a document",
        lambda form, person, at: approve_waiver(
            request=form.change,
            actor=person,
            at=at,
            kind=DocumentKind(form.cleaned_data["kind"]),
        ),
        ApproveWaiverForm,
        applies=_waiver_waits,
    ),
    Action.WRITE_POST_MORTEM: Task(
        "It stands in the record of the change, with you as its writer. It can be rewritten "
        "until another person approves it.",
        "written down",
        _write_post_mortem,
        PostMortemForm,
        icon="notebook-pen",
        kind="plain",
        applies=_post_mortem_asked,
    ),
    Action.APPROVE_POST_MORTEM: Task(
        "The post-mortem is not rewritten after that.",
        "learnt from: its post-mortem is approved",
        lambda form, person, at: approve_post_mortem(
            post_mortem=form.change.post_mortem, actor=person, at=at
        ),
        applies=_post_mortem_written,
    ),
    Action.CLOSE: Task(
        "The record of this change is complete and nothing more is added to it.",
        "closed",
        _close,
        icon="lock",
    ),
}
