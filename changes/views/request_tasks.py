"""Before the deployment: deciding on a request."""

from datetime import datetime

from changes.forms.actions import (
    ActionForm,
    ApproveForm,
)
from changes.forms.rollout import (
    ReasonForm,
    RejectForm,
)
from changes.models import Person
from changes.states import Action
from changes.views.task import Task
from changes.vocabulary import (
    ApprovalRole,
)
from changes.workflow.approvals import approve_request
from changes.workflow.refusals import NotPermitted
from changes.workflow.rejections import reject_request, return_request
from changes.workflow.requests import submit_request, withdraw_request


def _submit(form: ActionForm, person: Person, at: datetime) -> object:
    return submit_request(request=form.change, actor=person, at=at)


def _approve(form: ActionForm, person: Person, at: datetime) -> object:
    given = form.cleaned_data
    if given["approver"] and given["approver"] != person.username:
        who = given["approver"]
        raise NotPermitted(f"{person.name} is signed in, not {who}: nobody approves for another.")
    return approve_request(
        request=form.change,
        actor=person,
        at=at,
        role=ApprovalRole(given["role"]),
        revision=given["revision"],
        request_digest=given["request_digest"],
        comment=given["comment"],
    )


def _withdraw(form: ActionForm, person: Person, at: datetime) -> object:
    return withdraw_request(request=form.change, actor=person, at=at)


def _reject(form: ActionForm, person: Person, at: datetime) -> object:
    given = form.cleaned_data
    return reject_request(
        request=form.change,
        actor=person,
        at=at,
        reason=given["reason"],
        revision=given["revision"],
        request_digest=given["request_digest"],
    )


REQUEST_TASKS: dict[Action, Task] = {
    Action.SUBMIT: Task(
        "The policy version in force now judges the change for good, and the approvers are asked. "
        "It can still be edited, but approvals for the former wording then count no more.",
        "submitted",
        _submit,
        icon="send",
    ),
    Action.RETURN: Task(
        "It becomes a draft again for its requester to mend, with your reason. Submitted anew, "
        "it is judged by the policy in force then.",
        "back with its requester",
        lambda form, person, at: return_request(
            request=form.change, actor=person, at=at, reason=form.cleaned_data["reason"]
        ),
        ReasonForm,
        icon="undo-2",
        kind="plain",
    ),
    Action.APPROVE: Task(
        "Your decision is kept for good, with your roles at this moment, for this revision and "
        "this wording. If either changes, it counts no more.",
        "approved",
        _approve,
        ApproveForm,
    ),
    Action.REJECT: Task(
        "The request ends here and cannot be taken up again. Your decision and your reason stay "
        "on record.",
        "rejected",
        _reject,
        RejectForm,
        icon="ban",
        kind="danger",
    ),
    Action.WITHDRAW: Task(
        "The request goes no further and cannot be taken up again. It keeps its number, and it "
        "stays on record.",
        "withdrawn",
        _withdraw,
        icon="undo-2",
        kind="danger",
    ),
}
