"""Returning a request to its requester, and rejecting it."""

import pytest

from changes.models import Approval
from changes.vocabulary import Decision, State
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.rejections import reject_request, return_request
from changes.workflow.requests import submit_request
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.people import PersonFactory, a_tech_lead
from tests.factories.policy import PolicyVersionFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db


def give_back(story: Story, **values: object) -> object:
    given = {"actor": story.peer, "at": times.APPROVED, "reason": "Say how you tested it."}
    return return_request(request=story.change, **{**given, **values})  # type: ignore[arg-type]


def reject(story: Story, **values: object) -> object:
    from changes.queries.facts import facts_of

    facts = facts_of(story.change)
    given = {
        "actor": story.lead,
        "at": times.APPROVED,
        "reason": "Not this way.",
        "revision": facts.head_revision,
        "request_digest": facts.request_digest,
    }
    return reject_request(request=story.change, **{**given, **values})  # type: ignore[arg-type]


def test_returned_request_is_a_draft_that_is_submitted_anew() -> None:
    story = make_story()
    newer = PolicyVersionFactory.create(effective_on=times.APPROVED.date())

    assert events_of(lambda: give_back(story)) == ["change.return"]

    story.change.refresh_from_db()
    assert (story.change.state, story.change.submitted_at, story.change.policy_version) == (
        State.DRAFT,
        None,
        None,
    )
    submit_request(request=story.change, actor=story.requester, at=times.DEPLOYED)
    story.change.refresh_from_db()
    assert story.change.policy_version == newer


def test_returning_ones_own_request_is_refused() -> None:
    story = make_story()
    key, name = story.change.key, story.requester.name

    with refused(NotPermitted, f"{name} is an author of {key}: another returns it."):
        give_back(story, actor=story.requester)


def test_returning_without_a_reason_is_refused() -> None:
    story = make_story()

    with refused(Invalid, "Say why, so that the requester knows what to do."):
        give_back(story, reason=" ")


def test_rejected_request_has_ended_with_the_decision_on_record() -> None:
    story = make_story()

    assert events_of(lambda: reject(story)) == ["approval.refused", "change.reject"]

    story.change.refresh_from_db()
    decision = Approval.objects.get()
    assert story.change.state == State.REJECTED
    assert (decision.decision, decision.comment, decision.person, decision.roles_held) == (
        Decision.REJECTED,
        "Not this way.",
        story.lead,
        ["tech lead"],
    )


def test_rejecting_what_moved_on_is_refused() -> None:
    story = make_story()
    key = story.change.key

    sentence = f"{key} moved on while you read it: look at it again, then decide."
    with refused(NotNow, sentence):
        reject(story, revision="f" * 40)


def test_rejecting_is_for_those_who_approve() -> None:
    story = make_story()

    with refused(NotPermitted, "Only on-call or tech lead may reject."):
        reject(story, actor=story.peer)


def test_rejecting_ones_own_request_is_refused() -> None:
    lead = a_tech_lead()
    story = make_story(requester=lead)

    sentence = f"{lead.name} is an author of {story.change.key}: another rejects it."
    with refused(NotPermitted, sentence):
        reject(story, actor=lead)


@pytest.mark.postgres
def test_approval_and_rejection_at_once_leave_a_clear_record(committed_db: None) -> None:
    story = make_story()
    other = PersonFactory.create(roles=["tech lead"])

    def act(who: str) -> object:
        if who == "approves":
            return story.approve()
        return reject(story, actor=other)

    answers = at_once(act, ["approves", "rejects"])

    story.change.refresh_from_db()
    refusals = [answer for answer in answers if isinstance(answer, NotNow)]
    assert story.change.state == State.REJECTED
    assert all("it would have to be" in str(refusal) for refusal in refusals)


@pytest.mark.postgres
def test_return_and_rejection_at_once_end_in_one_of_the_two(committed_db: None) -> None:
    story = make_story()

    answers = at_once(lambda act: act(story), [give_back, reject])

    story.change.refresh_from_db()
    assert sum(isinstance(answer, NotNow) for answer in answers) == 1
    assert story.change.state in {State.DRAFT, State.REJECTED}
