"""One table of states: from, action, to, who, and which rules must be clear first.

The workflow obeys it, pages draw their buttons from it, and the tests walk it.
"""

from dataclasses import dataclass
from enum import StrEnum

from changes.roles import DEPLOYERS, REQUESTERS
from changes.vocabulary import Role, State


class Action(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    START_DEPLOYMENT = "start_deployment"
    ADVANCE_STAGE = "advance_stage"
    FINISH_DEPLOYMENT = "finish_deployment"
    FAIL_DEPLOYMENT = "fail_deployment"
    ROLL_BACK = "roll_back"
    VERIFY = "verify"
    CLOSE = "close"


@dataclass(frozen=True)
class Step:
    """`to` is None where the action leaves the state as it is."""

    action: Action
    label: str
    start: frozenset[State]
    to: State | None
    who: frozenset[Role]
    rules: tuple[str, ...] = ()


TABLE: tuple[Step, ...] = (
    # An edit after the submission asks for the approvals again.
    Step(Action.EDIT, "Edit", frozenset({State.DRAFT, State.SUBMITTED}), None, REQUESTERS),
    Step(
        Action.SUBMIT,
        "Submit",
        frozenset({State.DRAFT}),
        State.SUBMITTED,
        REQUESTERS,
        ("required_fields_present",),
    ),
    # After a rollback another revision may be approved, and then deployed.
    Step(
        Action.APPROVE,
        "Approve",
        frozenset({State.SUBMITTED, State.ROLLED_BACK}),
        None,
        REQUESTERS,
    ),
    Step(
        Action.WITHDRAW,
        "Withdraw",
        frozenset({State.DRAFT, State.SUBMITTED}),
        State.WITHDRAWN,
        REQUESTERS,
    ),
    Step(
        Action.START_DEPLOYMENT,
        "Start deployment",
        frozenset({State.SUBMITTED, State.ROLLED_BACK}),
        State.DEPLOYING,
        DEPLOYERS,
    ),
    Step(
        Action.ADVANCE_STAGE,
        "Advance to the next stage",
        frozenset({State.DEPLOYING}),
        None,
        DEPLOYERS,
    ),
    Step(
        Action.FINISH_DEPLOYMENT,
        "Finish the rollout",
        frozenset({State.DEPLOYING}),
        State.DEPLOYED,
        DEPLOYERS,
        ("stages_in_order",),
    ),
    # It never reached production, so what was approved may be tried again.
    Step(
        Action.FAIL_DEPLOYMENT,
        "Record that it failed",
        frozenset({State.DEPLOYING}),
        State.SUBMITTED,
        DEPLOYERS,
    ),
    Step(
        Action.ROLL_BACK,
        "Roll back",
        frozenset({State.DEPLOYING, State.DEPLOYED, State.VERIFIED}),
        State.ROLLED_BACK,
        DEPLOYERS,
    ),
    Step(Action.VERIFY, "Record a verification", frozenset({State.DEPLOYED}), None, DEPLOYERS),
    Step(
        Action.CLOSE,
        "Close",
        frozenset({State.VERIFIED, State.ROLLED_BACK}),
        State.CLOSED,
        REQUESTERS,
    ),
)

STEPS: dict[Action, Step] = {step.action: step for step in TABLE}


def steps_from(state: State) -> list[Step]:
    return [step for step in TABLE if state in step.start]
