"""What may be done with a change now, and why the rest may not: the buttons of its page."""

from dataclasses import dataclass
from datetime import datetime

from changes.models import ChangeRequest, Person
from changes.permissions import why_may_not, why_may_not_take
from changes.queries.judgements import Judgement, reasons_against_deployment
from changes.queries.rota import on_call_at
from changes.rules.windows import RULE as WINDOW_RULE
from changes.states import STEPS, Action, Step, steps_from
from changes.views.followups import FOLLOW_UPS, FollowUp
from changes.views.tasks import TASKS
from changes.vocabulary import ApprovalRole, State
from changes.workflow.approvals import approval_roles_open_to
from changes.workflow.halts import why_halted
from changes.workflow.requests import why_not_closed


@dataclass(frozen=True)
class Offer:
    """`reasons` is empty where it may be done; `stage` is what an advance begins."""

    step: Step
    reasons: tuple[str, ...] = ()
    stage: str = ""

    @property
    def kind(self) -> str:
        return "plain" if self.step.action is Action.EDIT else TASKS[self.step.action].kind

    @property
    def icon(self) -> str:
        return "pencil" if self.step.action is Action.EDIT else TASKS[self.step.action].icon

    @property
    def label(self) -> str:
        if self.stage:
            return f"Advance to {self.stage} %" if self.stage.isdigit() else f"Begin {self.stage}"
        return self.step.label


def offers_to(person: Person, judgement: Judgement, at: datetime) -> list[Offer]:
    """Every step from the change's state, in the table's order."""
    change = judgement.change
    found = steps_from(State(change.state), change.origin)
    steps = [step for step in found if _applies(step, change)]
    offers = [_offer(step, person, judgement, at) for step in steps]
    return [offer for offer in offers if offer.stage or offer.step.action != Action.ADVANCE_STAGE]


def _applies(step: Step, change: ChangeRequest) -> bool:
    return step.action is Action.EDIT or TASKS[step.action].applies(change)


def follow_ups_for(person: Person, judgement: Judgement) -> list[FollowUp]:
    """Those that the change asks for and this person may do."""
    asked = [task for task in FOLLOW_UPS.values() if task.applies(judgement.change)]
    return [task for task in asked if why_may_not(person, task.act) is None]


def open_roles(person: Person, judgement: Judgement, at: datetime) -> list[ApprovalRole]:
    """The capacities in which this person could approve it now and has not yet."""
    roles = approval_roles_open_to(person, judgement.facts, on_call=on_call_at(at))
    facts = judgement.facts
    given = {
        approval.role
        for approval in facts.approvals
        if (approval.person.id, approval.revision, approval.request_digest)
        == (person.pk, facts.head_revision, facts.request_digest)
    }
    return [role for role in roles if role not in given]


def _offer(step: Step, person: Person, judgement: Judgement, at: datetime) -> Offer:
    refusal = why_may_not_take(person, step.action, judgement.change)
    if refusal:
        return Offer(step, (refusal,))
    stage = _next_stage(judgement) if step.action is Action.ADVANCE_STAGE else ""
    return Offer(step, tuple(_reasons(step.action, person, judgement, at)), stage)


def _reasons(action: Action, person: Person, judgement: Judgement, at: datetime) -> list[str]:
    """What stands against it beyond state and role; then the rules that the table names."""
    change = judgement.change
    if action in (Action.START_DEPLOYMENT, Action.RELEASE):
        found = reasons_against_deployment(judgement.facts, change.policy_version, at)
        is_asked = action is Action.START_DEPLOYMENT
        return [f.sentence for f in found if is_asked or f.rule != WINDOW_RULE]
    refusal = _refusal(action, person, judgement, at)
    if refusal:
        return [refusal]
    needed = [judgement.finding(rule) for rule in STEPS[action].rules]
    return [finding.sentence for finding in needed if finding.is_open]


def _refusal(action: Action, person: Person, judgement: Judgement, at: datetime) -> str | None:
    change = judgement.change
    match action:
        case Action.ADVANCE_STAGE | Action.FINISH_DEPLOYMENT | Action.RESUME:
            return why_halted(change, action)
        case Action.RETURN | Action.REJECT if person.pk in judgement.facts.authors:
            return "You are an author of it: another person decides."
        case Action.APPROVE if not open_roles(person, judgement, at):
            return _why_no_approval(person, judgement)
        case Action.CLOSE:
            lacking = why_not_closed(change)
            return f"{change.key} {lacking}" if lacking else None
    return None


def _why_no_approval(person: Person, judgement: Judgement) -> str:
    if person.pk in judgement.facts.authors:
        return "You are an author of it, and authors do not approve their own."
    return "You have approved it already, as it stands now."


def _next_stage(judgement: Judgement) -> str:
    deployments = list(judgement.change.deployments.all())
    if not deployments:
        return ""
    latest = max(deployments, key=lambda deployment: (deployment.started_at, deployment.pk))
    stages, begun = latest.policy_version.rollout_stages, len(latest.stages.all())
    return str(stages[begun]) if begun < len(stages) else ""
