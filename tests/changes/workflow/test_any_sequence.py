"""Whatever people do, in whatever order: an author's approval never counts."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changes.models import Person
from changes.queries.facts import facts_of
from changes.rules import approved_at
from changes.rules.approvals import counted, peer_reviewers
from changes.vocabulary import ApprovalRole, Category, Role
from changes.workflow.approvals import approve_request
from changes.workflow.refusals import Refusal
from changes.workflow.requests import edit_request
from tests.factories import times
from tests.factories.catalogue import OnCallShiftFactory, SystemFactory
from tests.factories.facts import POLICY
from tests.factories.people import PersonFactory
from tests.factories.stories import Story, make_story

PEOPLE = 3
STEPS = st.one_of(
    st.tuples(st.just("approve"), st.integers(0, PEOPLE - 1), st.sampled_from(ApprovalRole)),
    st.tuples(st.just("push"), st.integers(0, PEOPLE - 1), st.sampled_from(ApprovalRole)),
    st.tuples(st.just("edit"), st.integers(0, PEOPLE - 1), st.sampled_from(ApprovalRole)),
)


@pytest.fixture
def people(db: None) -> list[Person]:
    """Each may do everything, and everyone is on call."""
    found = [PersonFactory.create(roles=list(Role)) for _ in range(PEOPLE)]
    for person in found:
        OnCallShiftFactory.create(person=person)
    return found


def take(story: Story, person: Person, act: str, role: ApprovalRole, number: int) -> None:
    at = times.SUBMITTED + timedelta(minutes=number)
    if act == "push":
        story.push(f"{number:040x}", at=at, author=person, patch_id=f"p{number % 2}")
        return
    facts = facts_of(story.change)
    with suppress(Refusal):
        if act == "edit":
            values = {"description": f"Wording {number % 2}"}
            systems = [story.system]
            edit_request(request=story.change, actor=person, at=at, values=values, systems=systems)
        else:
            approve_request(
                request=story.change,
                actor=person,
                at=at,
                role=role,
                revision=facts.head_revision,
                request_digest=facts.request_digest,
            )
    story.change.refresh_from_db()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    category=st.sampled_from([Category.NORMAL, Category.EMERGENCY]),
    requester=st.integers(0, PEOPLE - 1),
    steps=st.lists(STEPS, min_size=3, max_size=10),
)
def test_no_sequence_of_commands_lets_an_author_approve(
    people: list[Person],
    category: Category,
    requester: int,
    steps: Sequence[tuple[str, int, ApprovalRole]],
) -> None:
    with transaction.atomic():
        story = make_story(
            category=category,
            requester=people[requester],
            system=SystemFactory.create(tech_leads=people),
        )
        for number, (act, who, role) in enumerate(steps, start=1):
            take(story, people[who], act, role, number)
        facts = facts_of(story.change)
        approvers = {a.person.id for a in counted(facts)} | set(peer_reviewers(facts))
        assert approvers.isdisjoint(facts.authors)
        if approved_at(facts, POLICY):
            assert approvers
        transaction.set_rollback(True)
