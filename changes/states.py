"""One table of states: from, action, to, who, and which rules must be clear first.

The workflow obeys it, pages draw their buttons from it, and the tests walk it.
"""

from dataclasses import dataclass
from enum import StrEnum

from changes.roles import DEPLOYERS, REQUESTERS
from changes.vocabulary import Origin, Role, State


class Action(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    SCHEDULE = "schedule"
    RELEASE = "release"
    START_DEPLOYMENT = "start_deployment"
    ADVANCE_STAGE = "advance_stage"
    HALT = "halt"
    RESUME = "resume"
    RECORD_SAMPLES = "record_samples"
    FINISH_DEPLOYMENT = "finish_deployment"
    FAIL_DEPLOYMENT = "fail_deployment"
    ROLL_BACK = "roll_back"
    CONFIRM_ROLLBACK = "confirm_rollback"
    VERIFY = "verify"
    RECORD_DOCUMENTS = "record_documents"
    ASK_WAIVER = "ask_waiver"
    APPROVE_WAIVER = "approve_waiver"
    WRITE_POST_MORTEM = "write_post_mortem"
    APPROVE_POST_MORTEM = "approve_post_mortem"
    CLOSE = "close"


@dataclass(frozen=True)
class Step:
    """`to` is None where the action leaves the state as it is; `rules` have to be clear, by the
    finding that each rule gives at that moment. `late` are further states, for a request that was
    opened after the fact.
    """

    action: Action
    label: str
    start: frozenset[State]
    to: State | None
    who: frozenset[Role]
    rules: tuple[str, ...] = ()
    late: frozenset[State] = frozenset()

    def starts(self, origin: str) -> frozenset[State]:
        """The states from which a request of that origin may take the step."""
        return self.start | self.late if origin == Origin.RETROACTIVE else self.start


def _step(
    action: Action,
    label: str,
    start: str,
    to: State | None,
    who: frozenset[Role],
    *rules: str,
    late: str = "",
) -> Step:
    start_states, late_states = (frozenset(map(State, s.split())) for s in (start, late))
    return Step(action, label, start_states, to, who, rules, late_states)


# Before its deployment. After a rollback another revision may be approved, and then deployed.
_READY = "submitted rolled_back"
_AFTER = "deploying deployed verified rolled_back"
_LEARNING = f"submitted {_AFTER} closed"
_APPROVERS = frozenset({Role.TECH_LEAD, Role.ON_CALL})
_REVIEWERS = frozenset({Role.TECH_LEAD, Role.COMPLIANCE})

TABLE: tuple[Step, ...] = (
    # An edit after the submission asks for the approvals again.
    _step(Action.EDIT, "Edit", "draft submitted", None, REQUESTERS),
    # What was deployed before goes on from there: changes.workflow.requests.
    _step(Action.SUBMIT, "Submit", "draft", State.SUBMITTED, REQUESTERS, "required_fields_present"),
    _step(Action.RETURN, "Return to the requester", "submitted", State.DRAFT, REQUESTERS),
    # What was deployed without a request can be approved afterwards; it counts for nothing before.
    _step(Action.APPROVE, "Approve", _READY, None, REQUESTERS, late=_AFTER),
    _step(Action.REJECT, "Reject", "submitted", State.REJECTED, _APPROVERS),
    _step(Action.WITHDRAW, "Withdraw", "draft submitted", State.WITHDRAWN, REQUESTERS),
    _step(Action.SCHEDULE, "Schedule", _READY, None, DEPLOYERS),
    # What stands against a release and a start: changes.rules.deployment, all of it.
    _step(Action.RELEASE, "Release to production", _READY, None, DEPLOYERS),
    _step(Action.START_DEPLOYMENT, "Start deployment", _READY, State.DEPLOYING, DEPLOYERS),
    _step(Action.ADVANCE_STAGE, "Advance to the next stage", "deploying", None, DEPLOYERS),
    _step(Action.HALT, "Halt the rollout", "deploying", None, DEPLOYERS),
    _step(Action.RESUME, "Resume the rollout", "deploying", None, DEPLOYERS),
    _step(Action.RECORD_SAMPLES, "Record a health sample", "deploying", None, DEPLOYERS),
    _step(
        Action.FINISH_DEPLOYMENT,
        "Finish the rollout",
        "deploying",
        State.DEPLOYED,
        DEPLOYERS,
        "stages_in_order",
    ),
    # It never reached production, so what was approved may be tried again.
    _step(
        Action.FAIL_DEPLOYMENT,
        "Record that it failed",
        "deploying",
        State.SUBMITTED,
        DEPLOYERS,
    ),
    _step(
        Action.ROLL_BACK,
        "Roll back",
        "deploying deployed verified",
        State.ROLLED_BACK,
        DEPLOYERS,
    ),
    _step(
        Action.CONFIRM_ROLLBACK,
        "Confirm rollback steps",
        "deploying rolled_back",
        None,
        DEPLOYERS,
    ),
    # The three kinds together make it verified; one alone leaves the state.
    _step(Action.VERIFY, "Record a verification", "deployed", None, DEPLOYERS),
    _step(
        Action.RECORD_DOCUMENTS,
        "Record documents",
        f"submitted {_AFTER}",
        None,
        REQUESTERS,
    ),
    _step(Action.ASK_WAIVER, "Ask to waive a document", f"submitted {_AFTER}", None, REQUESTERS),
    _step(Action.APPROVE_WAIVER, "Approve a waiver", f"submitted {_AFTER}", None, _REVIEWERS),
    # A deployment that is reported as rolled back may open one after the end.
    _step(Action.WRITE_POST_MORTEM, "Write the post-mortem", _LEARNING, None, REQUESTERS),
    _step(Action.APPROVE_POST_MORTEM, "Approve the post-mortem", _LEARNING, None, _REVIEWERS),
    # What a post-incident review lacks is asked as well: changes.workflow.requests.
    _step(
        Action.CLOSE,
        "Close",
        "verified rolled_back",
        State.CLOSED,
        REQUESTERS,
        "post_mortem_written",
    ),
)

STEPS: dict[Action, Step] = {step.action: step for step in TABLE}


def steps_from(state: State, origin: str = Origin.PORTAL) -> list[Step]:
    return [step for step in TABLE if state in step.starts(origin)]
