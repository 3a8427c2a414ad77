"""The table of states, walked: every action from every state as every role."""

import pytest

from changes.models import ChangeRequest, Person
from changes.permissions import why_may_not_take
from changes.states import STEPS, TABLE, Action, steps_from
from changes.vocabulary import PersonKind, Role, State

# What the table has to say, written out once more: from, action, to ("" stays), who.
REQUESTERS = "engineer, on-call, tech lead"
DEPLOYERS = "on-call, tech lead"
EXPECTED = {
    ("draft submitted", "edit", "", REQUESTERS),
    ("draft", "submit", "submitted", REQUESTERS),
    ("rolled_back submitted", "approve", "", REQUESTERS),
    ("draft submitted", "withdraw", "withdrawn", REQUESTERS),
    ("rolled_back submitted", "start_deployment", "deploying", DEPLOYERS),
    ("deploying", "advance_stage", "", DEPLOYERS),
    ("deploying", "finish_deployment", "deployed", DEPLOYERS),
    ("deploying", "fail_deployment", "submitted", DEPLOYERS),
    ("deployed deploying verified", "roll_back", "rolled_back", DEPLOYERS),
    ("deployed", "verify", "", DEPLOYERS),
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


def test_steps_from_a_closed_change_are_none() -> None:
    ends = {state for state in State if not steps_from(state)}

    assert ends == {State.CLOSED, State.REJECTED, State.WITHDRAWN, State.RECORDED}
