"""What may be done with a change now, and why the rest may not: the buttons of its page."""

from dataclasses import dataclass
from datetime import datetime

from changes.models import OnCallShift, Person
from changes.permissions import why_may_not, why_may_not_take
from changes.queries.judgements import Judgement, reasons_against_deployment
from changes.states import STEPS, Action, Step, steps_from
from changes.views.followups import FOLLOW_UPS, FollowUp
from changes.views.tasks import TASKS
from changes.vocabulary import ApprovalRole, State
from changes.workflow.approvals import approval_roles_open_to
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
    steps = steps_from(State(judgement.change.state))
    offers = [_offer(step, person, judgement, at) for step in steps]
    return [offer for offer in offers if offer.stage or offer.step.action != Action.ADVANCE_STAGE]


def follow_ups_for(person: Person, judgement: Judgement) -> list[FollowUp]:
    """Those that the change asks for and this person may do."""
    asked = [task for task in FOLLOW_UPS.values() if task.applies(judgement.change)]
    return [task for task in asked if why_may_not(person, task.act) is None]


def open_roles(person: Person, judgement: Judgement, at: datetime) -> list[ApprovalRole]:
    """The capacities in which this person could approve it now and has not yet."""
    shifts = OnCallShift.objects.filter(person=person, starts_at__lte=at, ends_at__gt=at)
    roles = approval_roles_open_to(person, judgement.facts, is_on_call=shifts.exists())
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
    if action is Action.START_DEPLOYMENT:
        policy = judgement.change.policy_version
        found = reasons_against_deployment(judgement.facts, policy, at)
        return [finding.sentence for finding in found]
    if action is Action.APPROVE and not open_roles(person, judgement, at):
        return [_why_no_approval(person, judgement)]
    if action is Action.CLOSE:
        lacking = why_not_closed(judgement.change)
        return [f"{judgement.change.key} {lacking}"] if lacking else []
    needed = [judgement.finding(rule) for rule in STEPS[action].rules]
    return [finding.sentence for finding in needed if finding.is_open]


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
