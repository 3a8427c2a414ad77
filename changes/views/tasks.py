"""Each action of the table of states as a page: what it asks, what it says, what it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from changes.forms.actions import (
    ActionForm,
    AdvanceForm,
    ApproveForm,
    RollBackForm,
    StartDeploymentForm,
    VerifyForm,
)
from changes.models import ChangeRequest, Deployment, Person
from changes.states import Action
from changes.vocabulary import (
    ApprovalRole,
    Environment,
    RollbackTrigger,
    RolloutStageName,
    VerificationKind,
)
from changes.workflow.approvals import approve_request
from changes.workflow.refusals import NotNow
from changes.workflow.requests import close_request, submit_request, withdraw_request
from changes.workflow.rollbacks import roll_back
from changes.workflow.rollouts import (
    advance_stage,
    fail_deployment,
    finish_deployment,
    start_deployment,
)
from changes.workflow.verifications import record_verification


@dataclass(frozen=True)
class Task:
    """`says` is what will happen, `done` what has; `run` makes the one call to the workflow."""

    says: str
    done: str
    run: Callable[[ActionForm, Person, datetime], object]
    form: type[ActionForm] = ActionForm
    icon: str = "check"
    kind: str = "primary"

    @property
    def level(self) -> str:
        return "warning" if self.kind == "danger" else "info"


def _submit(form: ActionForm, person: Person, at: datetime) -> object:
    return submit_request(request=form.change, actor=person, at=at)


def _approve(form: ActionForm, person: Person, at: datetime) -> object:
    given = form.cleaned_data
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


def _start(form: ActionForm, person: Person, at: datetime) -> object:
    pull = form.change.pull_requests.select_related("repository").order_by("pk").last()
    return start_deployment(
        request=form.change,
        actor=person,
        at=at,
        revision=form.cleaned_data["revision"],
        repository=pull.repository if pull else None,
    )


def _advance(form: ActionForm, person: Person, at: datetime) -> object:
    stage = RolloutStageName(form.cleaned_data["stage"])
    return advance_stage(deployment=_deployment(form.change), actor=person, at=at, stage=stage)


def _finish(form: ActionForm, person: Person, at: datetime) -> object:
    return finish_deployment(deployment=_deployment(form.change), actor=person, at=at)


def _fail(form: ActionForm, person: Person, at: datetime) -> object:
    return fail_deployment(deployment=_deployment(form.change), actor=person, at=at)


def _roll_back(form: ActionForm, person: Person, at: datetime) -> object:
    return roll_back(
        deployment=_deployment(form.change),
        actor=person,
        at=at,
        reason=form.cleaned_data["reason"],
        trigger=RollbackTrigger(form.cleaned_data["trigger"]),
    )


def _verify(form: ActionForm, person: Person, at: datetime) -> object:
    details = form.details if isinstance(form, VerifyForm) else {}
    return record_verification(
        deployment=_deployment(form.change),
        actor=person,
        at=at,
        kind=VerificationKind(form.cleaned_data["kind"]),
        has_passed=form.cleaned_data["has_passed"],
        details=details,
    )


def _close(form: ActionForm, person: Person, at: datetime) -> object:
    return close_request(request=form.change, actor=person, at=at)


def _deployment(change: ChangeRequest) -> Deployment:
    found = change.deployments.filter(environment=Environment.PRODUCTION)
    latest = found.order_by("started_at", "pk").last()
    if latest is None:
        raise NotNow(f"{change.key} has no deployment.")
    return latest


TASKS: dict[Action, Task] = {
    Action.SUBMIT: Task(
        "The policy version in force now judges the change for good, and the approvers are asked. "
        "It can still be edited, but approvals for the former wording then count no more.",
        "submitted",
        _submit,
        icon="send",
    ),
    Action.APPROVE: Task(
        "Your decision is kept for good, with your roles at this moment, for this revision and "
        "this wording. If either changes, it counts no more.",
        "approved",
        _approve,
        ApproveForm,
    ),
    Action.WITHDRAW: Task(
        "The request goes no further and cannot be taken up again. It keeps its number, and it "
        "stays on record.",
        "withdrawn",
        _withdraw,
        icon="undo-2",
        kind="danger",
    ),
    Action.START_DEPLOYMENT: Task(
        "You release this revision to production. The release and the start of the deployment "
        "are recorded with your name and this moment.",
        "released: its deployment has begun",
        _start,
        StartDeploymentForm,
        icon="rocket",
    ),
    Action.ADVANCE_STAGE: Task(
        "The running stage ends as healthy, and the next one begins with you as its observer.",
        "in its next stage",
        _advance,
        AdvanceForm,
    ),
    Action.FINISH_DEPLOYMENT: Task(
        "The last stage ends as healthy, and the rollout counts as succeeded. What remains is "
        "its verification.",
        "deployed",
        _finish,
    ),
    Action.FAIL_DEPLOYMENT: Task(
        "The rollout ends as failed: it never changed production. The request goes back to "
        "submitted and may be deployed again.",
        "submitted again: its deployment failed",
        _fail,
        icon="ban",
        kind="danger",
    ),
    Action.ROLL_BACK: Task(
        "The rollout is halted and recorded as rolled back, and a post-mortem is opened. Bring "
        "production back to the revision before with the steps of the rollback plan.",
        "rolled back",
        _roll_back,
        RollBackForm,
        icon="history",
        kind="danger",
    ),
    Action.VERIFY: Task(
        "A result is never edited. When smoke tests, health checks and a KPI have all passed, "
        "the change is verified; one that failed opens a post-mortem.",
        "one verification further",
        _verify,
        VerifyForm,
        icon="shield-check",
    ),
    Action.CLOSE: Task(
        "The record of this change is complete and nothing more is added to it.",
        "closed",
        _close,
        icon="lock",
    ),
}
