"""A release and its rollout, stage by stage."""

from datetime import datetime

from changes.forms.actions import (
    ActionForm,
    AdvanceForm,
    StartDeploymentForm,
    VerifyForm,
)
from changes.forms.rollout import (
    ConfirmRollbackForm,
    ReasonForm,
    ReleaseForm,
    RollBackForm,
    SampleForm,
    ScheduleForm,
)
from changes.models import ChangeRequest, Deployment, Person
from changes.states import Action
from changes.views.task import Task
from changes.vocabulary import (
    Environment,
    RollbackTrigger,
    RolloutStageName,
    VerificationKind,
)
from changes.workflow.halts import halt_rollout, resume_rollout, why_halted
from changes.workflow.refusals import NotNow
from changes.workflow.releases import release_to_production, schedule_deployment
from changes.workflow.rollbacks import roll_back
from changes.workflow.rollouts import (
    advance_stage,
    fail_deployment,
    finish_deployment,
    start_deployment,
)
from changes.workflow.runbooks import confirm_steps, unconfirmed
from changes.workflow.samples import record_sample_by_hand
from changes.workflow.verifications import record_verification


def _start(form: ActionForm, person: Person, at: datetime) -> object:
    pull = form.change.pull_requests.select_related("repository").order_by("pk").last()
    return start_deployment(
        request=form.change,
        actor=person,
        at=at,
        revision=form.cleaned_data["revision"],
        repository=pull.repository if pull else None,
        artifact_digest=form.cleaned_data["artifact_digest"],
    )


def _advance(form: ActionForm, person: Person, at: datetime) -> object:
    stage = RolloutStageName(form.cleaned_data["stage"])
    return advance_stage(
        deployment=latest_deployment(form.change), actor=person, at=at, stage=stage
    )


def _finish(form: ActionForm, person: Person, at: datetime) -> object:
    return finish_deployment(deployment=latest_deployment(form.change), actor=person, at=at)


def _fail(form: ActionForm, person: Person, at: datetime) -> object:
    return fail_deployment(deployment=latest_deployment(form.change), actor=person, at=at)


def _roll_back(form: ActionForm, person: Person, at: datetime) -> object:
    return roll_back(
        deployment=latest_deployment(form.change),
        actor=person,
        at=at,
        reason=form.cleaned_data["reason"],
        trigger=RollbackTrigger(form.cleaned_data["trigger"]),
        outputs=form.outputs if isinstance(form, RollBackForm) else None,
    )


def _verify(form: ActionForm, person: Person, at: datetime) -> object:
    details = form.details if isinstance(form, VerifyForm) else {}
    return record_verification(
        deployment=latest_deployment(form.change),
        actor=person,
        at=at,
        kind=VerificationKind(form.cleaned_data["kind"]),
        has_passed=form.cleaned_data["has_passed"],
        details=details,
    )


def _record_sample(form: ActionForm, person: Person, at: datetime) -> object:
    given = form.cleaned_data
    return record_sample_by_hand(
        deployment=latest_deployment(form.change),
        actor=person,
        at=at,
        error_rate_percent=given["error_rate_percent"].strip() or None,
        latency_p95_ms=given["latency_p95_ms"].strip() or None,
        is_healthy=given["is_healthy"],
    )


def _is_halted(change: ChangeRequest) -> bool:
    return why_halted(change, Action.ADVANCE_STAGE) is not None


def latest_deployment(change: ChangeRequest) -> Deployment:
    found = change.deployments.filter(environment=Environment.PRODUCTION)
    latest = found.order_by("started_at", "pk").last()
    if latest is None:
        raise NotNow(f"{change.key} has no deployment.")
    return latest


ROLLOUT_TASKS: dict[Action, Task] = {
    Action.SCHEDULE: Task(
        "The calendar shows when it is planned. It can be planned anew; nothing begins by itself.",
        "planned",
        lambda form, person, at: schedule_deployment(
            request=form.change,
            actor=person,
            at=at,
            planned_for=form.cleaned_data["planned_for"],
        ),
        ScheduleForm,
        icon="calendar",
        kind="plain",
    ),
    Action.RELEASE: Task(
        "You release this revision to production: your name, the revision and this moment are "
        "kept for good. Its deployment may then be started inside the window.",
        "released to production",
        lambda form, person, at: release_to_production(
            request=form.change, actor=person, at=at, revision=form.cleaned_data["revision"]
        ),
        ReleaseForm,
        icon="key-round",
        kind="plain",
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
    Action.HALT: Task(
        "The rollout stands still in its stage until somebody resumes it or rolls it back.",
        "halted",
        lambda form, person, at: halt_rollout(
            deployment=latest_deployment(form.change),
            actor=person,
            at=at,
            reason=form.cleaned_data["reason"],
        ),
        ReasonForm,
        icon="octagon-x",
        kind="danger",
        applies=lambda change: not _is_halted(change),
    ),
    Action.RESUME: Task(
        "The rollout goes on in its stage, with you as who resumed it.",
        "resumed",
        lambda form, person, at: resume_rollout(
            deployment=latest_deployment(form.change), actor=person, at=at
        ),
        icon="arrow-right",
        applies=_is_halted,
    ),
    Action.RECORD_SAMPLES: Task(
        "What you read off is kept as the sample of this moment and judged like any other: a "
        "trigger that fires halts the rollout.",
        "watched: the sample is recorded",
        _record_sample,
        SampleForm,
        icon="signal",
        kind="plain",
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
    Action.CONFIRM_ROLLBACK: Task(
        "Each step that you fill in counts as carried out by you at this moment. It is not edited "
        "after that.",
        "a rollback step further",
        lambda form, person, at: confirm_steps(
            request=form.change, actor=person, at=at, outputs=form.outputs
        ),
        ConfirmRollbackForm,
        icon="list-checks",
        applies=lambda change: bool(unconfirmed(change)),
    ),
    Action.VERIFY: Task(
        "A result is never edited. When smoke tests, health checks and a KPI have all passed, "
        "the change is verified; one that failed opens a post-mortem.",
        "one verification further",
        _verify,
        VerifyForm,
        icon="shield-check",
    ),
}
