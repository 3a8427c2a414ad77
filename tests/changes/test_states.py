"""The table of states, walked: every action from every state as every role."""

import pytest

from changes.models import ChangeRequest, Person
from changes.permissions import why_may_not_take
from changes.rules import RULES
from changes.states import STEPS, TABLE, Action, steps_from
from changes.vocabulary import Origin, PersonKind, Role, State

# What the table has to say, written out once more: from, action, to ("" stays), who.
REQUESTERS = "engineer, on-call, tech lead"
DEPLOYERS = "on-call, tech lead"
REVIEWERS = "compliance, tech lead"
AFTER = "deployed deploying rolled_back"
EXPECTED = {
    ("draft submitted", "edit", "", REQUESTERS),
    ("draft", "submit", "submitted", REQUESTERS),
    ("submitted", "return", "draft", REQUESTERS),
    ("rolled_back submitted", "approve", "", REQUESTERS),
    ("submitted", "reject", "rejected", DEPLOYERS),
    ("draft submitted", "withdraw", "withdrawn", REQUESTERS),
    ("rolled_back submitted", "schedule", "", DEPLOYERS),
    ("rolled_back submitted", "release", "", DEPLOYERS),
    ("rolled_back submitted", "start_deployment", "deploying", DEPLOYERS),
    ("deploying", "advance_stage", "", DEPLOYERS),
    ("deploying", "halt", "", DEPLOYERS),
    ("deploying", "resume", "", DEPLOYERS),
    ("deploying", "record_samples", "", DEPLOYERS),
    ("deploying", "finish_deployment", "deployed", DEPLOYERS),
    ("deploying", "fail_deployment", "submitted", DEPLOYERS),
    ("deployed deploying verified", "roll_back", "rolled_back", DEPLOYERS),
    ("deploying rolled_back", "confirm_rollback", "", DEPLOYERS),
    ("deployed", "verify", "", DEPLOYERS),
    (f"{AFTER} submitted verified", "record_documents", "", REQUESTERS),
    (f"{AFTER} submitted verified", "ask_waiver", "", REQUESTERS),
    (f"{AFTER} submitted verified", "approve_waiver", "", REVIEWERS),
    (f"closed {AFTER} submitted verified", "write_post_mortem", "", REQUESTERS),
    (f"closed {AFTER} submitted verified", "approve_post_mortem", "", REVIEWERS),
    ("rolled_back verified", "close", "closed", REQUESTERS),
}
ALLOWED = {
    (state, action, role)
    for states, action, _, roles in EXPECTED
    for state in states.split()
    for role in roles.split(", ")
}


def person(role: Role | None, **values: object) -> Person:
    somebody = Person(pk=1, name="Ada", **values)
    somebody._roles = frozenset({role} if role else ())
    return somebody


def test_table_of_states_is_the_one_expected() -> None:
    table = {
        (
            " ".join(sorted(step.start)),
            step.action.value,
            step.to or "",
            ", ".join(sorted(step.who)),
        )
        for step in TABLE
    }

    assert table == EXPECTED


def test_only_approving_may_follow_a_deployment_and_only_after_the_fact() -> None:
    late = {step.action: step.late for step in TABLE if step.late}

    assert late == {Action.APPROVE: frozenset(map(State, f"{AFTER} verified".split()))}
    assert STEPS[Action.APPROVE].starts(Origin.PORTAL) == STEPS[Action.APPROVE].start


def test_table_has_each_action_once() -> None:
    assert [step.action for step in TABLE] == list(STEPS) == list(Action)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", [*Role, None])
def test_action_is_allowed_exactly_where_the_table_says(state: State, role: Role | None) -> None:
    change = ChangeRequest(number=1, title="Sort the pages", state=state, requester_id=1)

    allowed = {a for a in Action if why_may_not_take(person(role), a, change) is None}

    assert allowed == {a for a in Action if (state.value, a.value, role) in ALLOWED}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", [PersonKind.BOT, PersonKind.SERVICE])
def test_action_is_never_allowed_to_a_machine(state: State, kind: PersonKind) -> None:
    change = ChangeRequest(number=1, title="Sort the pages", state=state, requester_id=1)

    machines = [person(role, kind=kind) for role in Role]

    assert all(why_may_not_take(m, a, change) for m in machines for a in Action)


def test_steps_lead_on_from_every_state_but_the_last_ones() -> None:
    ends = {state for state in State if not steps_from(state)}
    moving = {s for s in State if any(step.to for step in steps_from(s))}

    assert ends == {State.REJECTED, State.WITHDRAWN, State.RECORDED}
    assert State.CLOSED not in moving


def test_rules_that_a_step_needs_exist() -> None:
    known = {rule.__name__ for rule in RULES}

    assert {name for step in TABLE for name in step.rules} - known == set()
