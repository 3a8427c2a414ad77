from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from changes.models import Approval
from changes.queries.facts import facts_of
from changes.queries.judgements import judgement_of
from changes.vocabulary import ApprovalRole, Category, Decision, Role
from changes.workflow.approvals import approval_roles_open_to, approve_request
from changes.workflow.refusals import NotNow, NotPermitted
from changes.workflow.requests import edit_request
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.catalogue import OnCallShiftFactory
from tests.factories.people import (
    PersonFactory,
    a_bot,
    a_tech_lead,
    an_engineer,
    an_on_call_engineer,
)
from tests.factories.stories import Story, make_draft, make_story

pytestmark = pytest.mark.django_db
LEAD, PEER, ON_CALL = ApprovalRole.TECH_LEAD, ApprovalRole.PEER_REVIEWER, ApprovalRole.ON_CALL
LATER = times.APPROVED + timedelta(minutes=1)


def approve(story: Story, **values: Any) -> Approval:
    """By the peer, of what is there now, unless told otherwise."""
    facts = facts_of(story.change)
    given = {
        "actor": story.peer,
        "at": times.APPROVED,
        "role": PEER,
        "revision": facts.head_revision,
        "request_digest": facts.request_digest,
    }
    return approve_request(request=story.change, **{**given, **values})


def test_approval_keeps_what_it_was_given_for_and_by_whom() -> None:
    story = make_story()
    facts = facts_of(story.change)

    approval = approve(story, actor=story.lead, role=LEAD, comment="Well done.")

    assert (approval.person, approval.role, approval.decision, approval.comment) == (
        story.lead,
        LEAD,
        Decision.APPROVED,
        "Well done.",
    )
    assert (approval.revision, approval.request_digest, approval.patch_id) == (
        story.head,
        facts.request_digest,
        "p" * 40,
    )
    assert (approval.roles_held, approval.systems_led, approval.was_on_call) == (
        [Role.TECH_LEAD],
        [story.system.slug],
        False,
    )


def test_approval_stores_one_event() -> None:
    story = make_story()

    assert events_of(lambda: approve(story)) == ["approval.given"]


def test_approval_by_both_authorizes_a_normal_change_at_the_later_moment() -> None:
    story = make_story()
    approve(story, actor=story.lead, role=LEAD)
    approve(story, at=LATER)

    assert judgement_of(story.change, times.NOW).approved_at == LATER


@pytest.mark.parametrize("part", ["requester", "pull request", "commit", "co-author"])
def test_approval_by_an_author_is_refused(part: str) -> None:
    story, author = make_story(), an_engineer(name="Ada")
    if part == "requester":
        author = story.requester
    elif part == "pull request":
        story.pull.author = author
        story.pull.save()
    else:
        people = {"author": author} if part == "commit" else {"co_authors": [author]}
        story.push("c" * 40, **people)

    sentence = f"{author} is an author of {story.change.key}, and authors do not approve their own."
    with refused(NotPermitted, sentence):
        approve(story, actor=author)


def test_approval_by_who_pushed_the_last_commit_is_refused() -> None:
    story, pusher = make_story(), an_engineer(name="Ada")
    story.push("c" * 40, committer=pusher)

    sentence = f"Ada pushed the last commit of {story.change.key}: another person approves it."
    with refused(NotPermitted, sentence):
        approve(story, actor=pusher)


@pytest.mark.parametrize("role", ApprovalRole)
def test_approval_by_a_bot_is_refused_in_every_capacity(role: ApprovalRole) -> None:
    story, bot = make_story(), a_bot(name="dependabot")

    with refused(NotPermitted, "dependabot is a bot, and only people do this in the portal."):
        approve(story, actor=bot, role=role)


def test_approval_by_somebody_who_left_is_refused() -> None:
    story, person = make_story(), an_engineer(is_active=False)

    with refused(NotPermitted, "Only engineer, on-call or tech lead may approve."):
        approve(story, actor=person)


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.AUDITOR, Role.POLICY_ADMINISTRATOR])
def test_approval_by_a_role_that_does_not_approve_is_refused(role: Role) -> None:
    story, person = make_story(), PersonFactory.create(roles=[role])

    with refused(NotPermitted, "Only engineer, on-call or tech lead may approve."):
        approve(story, actor=person)


def test_approval_as_tech_lead_of_another_system_is_refused() -> None:
    story, lead = make_story(), a_tech_lead(name="Leo")

    sentence = f"Leo is not a tech lead of a system that {story.change.key} affects."
    with refused(NotPermitted, sentence):
        approve(story, actor=lead, role=LEAD)


def test_approval_as_tech_lead_without_the_role_is_refused() -> None:
    story = make_story()
    story.system.tech_leads.add(story.peer)

    sentence = f"{story.peer} is not a tech lead of a system that {story.change.key} affects."
    with refused(NotPermitted, sentence):
        approve(story, role=LEAD)


def test_approval_as_on_call_of_a_normal_change_is_refused() -> None:
    story, shift = make_story(), OnCallShiftFactory.create(person=an_on_call_engineer())

    with refused(NotPermitted, "The engineer on call approves emergencies only."):
        approve(story, actor=shift.person, role=ON_CALL)


@pytest.mark.parametrize(
    ("at", "is_allowed"),
    [
        pytest.param(times.APPROVED - timedelta(seconds=1), False, id="just before the shift"),
        pytest.param(times.APPROVED, True, id="its first moment"),
        pytest.param(LATER - timedelta(seconds=1), True, id="its last second"),
        pytest.param(LATER, False, id="its end"),
    ],
)
def test_emergency_is_approved_during_the_shift(at: Any, is_allowed: bool) -> None:
    story, person = make_story(category=Category.EMERGENCY), an_on_call_engineer(name="Olga")
    OnCallShiftFactory.create(person=person, starts_at=times.APPROVED, ends_at=LATER)

    if is_allowed:
        assert approve(story, actor=person, role=ON_CALL, at=at).was_on_call
    else:
        with refused(NotPermitted, "Olga is not on call now: nobody is."):
            approve(story, actor=person, role=ON_CALL, at=at)


@pytest.mark.parametrize(
    ("on_call", "is_allowed"),
    [
        pytest.param("nobody", True, id="nobody is on call"),
        pytest.param("the author", True, id="the author is on call"),
        pytest.param("another", False, id="another engineer is on call"),
    ],
)
def test_emergency_is_approved_by_a_tech_lead_in_place_of_on_call(
    on_call: str, is_allowed: bool
) -> None:
    story = make_story(category=Category.EMERGENCY)
    if on_call != "nobody":
        another = an_on_call_engineer(name="Olga")
        person = story.requester if on_call == "the author" else another
        OnCallShiftFactory.create(person=person)

    if is_allowed:
        assert not approve(story, actor=story.lead, role=ON_CALL).was_on_call
    else:
        with refused(NotPermitted, f"{story.lead} is not on call now: Olga is."):
            approve(story, actor=story.lead, role=ON_CALL)


def test_approval_of_a_page_shown_before_a_push_is_refused() -> None:
    story = make_story()
    shown = story.head
    story.push("c" * 40)

    sentence = f"{story.change.key} moved on while you read it: look at it again, then decide."
    with refused(NotNow, sentence):
        approve(story, revision=shown)


def test_approval_of_a_page_shown_before_an_edit_is_refused() -> None:
    story = make_story()
    shown = facts_of(story.change).request_digest
    edit(story)

    sentence = f"{story.change.key} moved on while you read it: look at it again, then decide."
    with refused(NotNow, sentence):
        approve(story, request_digest=shown)


def test_approval_given_twice_is_refused() -> None:
    story = make_story()
    approve(story)

    with refused(NotNow, f"You have approved {story.change.key} as peer reviewer already."):
        approve(story, at=LATER)


def test_approval_may_be_given_again_after_an_edit() -> None:
    story = make_story()
    approve(story)
    edit(story)

    approve(story, at=LATER)

    assert [approval.decided_at for approval in story.change.approvals.all()] == [
        times.APPROVED,
        LATER,
    ]


def test_edit_takes_the_authorization_away_and_keeps_the_approvals() -> None:
    story = make_story().approve()

    edit(story)

    assert judgement_of(story.change, times.NOW).approved_at is None
    assert story.change.approvals.count() == 2


@pytest.mark.parametrize(
    ("patch_id", "is_kept"),
    [
        pytest.param("p" * 40, True, id="a pure rebase keeps it"),
        pytest.param("q" * 40, False, id="another diff takes it"),
        pytest.param("", False, id="an unknown diff takes it"),
    ],
)
def test_push_keeps_the_authorization_only_for_the_same_diff(patch_id: str, is_kept: bool) -> None:
    story = make_story().approve()

    story.push("c" * 40, parents=["1" * 40], patch_id=patch_id)

    assert (judgement_of(story.change, times.NOW).approved_at is not None) is is_kept


def test_approval_of_a_draft_is_refused() -> None:
    story = make_draft()

    with refused(
        NotNow, f"{story.change.key} is draft; it would have to be rolled back or submitted."
    ):
        approve(story)


def test_approval_after_a_rollback_lets_another_revision_be_deployed() -> None:
    story = make_story().pass_gates().approve().deploy().roll_back()
    story.push("c" * 40, at=times.VERIFIED).pass_gates(at=times.VERIFIED)

    story.approve(at=times.CLOSED).start(at=times.CLOSED + timedelta(minutes=1))

    assert story.deployment.revision == "c" * 40


@pytest.mark.parametrize(
    ("who", "category", "expected"),
    [
        ("requester", Category.NORMAL, []),
        ("peer", Category.NORMAL, [PEER]),
        ("lead", Category.NORMAL, [LEAD, PEER]),
        ("lead", Category.EMERGENCY, [ON_CALL, LEAD, PEER]),
        ("peer", Category.EMERGENCY, [PEER]),
    ],
)
def test_capacities_offered_are_those_that_would_be_accepted(
    who: str, category: Category, expected: list[ApprovalRole]
) -> None:
    story = make_story(category=category)

    offered = approval_roles_open_to(getattr(story, who), facts_of(story.change), on_call=[])

    assert offered == expected


@pytest.mark.postgres
def test_approval_twice_at_once_is_given_once(committed_db: None) -> None:
    story = make_story()

    answers = at_once(lambda _: approve(story), range(2))

    refusals = [answer for answer in answers if isinstance(answer, NotNow)]
    assert [str(refusal) for refusal in refusals] == [
        f"You have approved {story.change.key} as peer reviewer already."
    ]
    assert story.change.approvals.count() == 1


@pytest.mark.postgres
def test_approval_and_edit_at_once_never_count_for_the_new_wording(committed_db: None) -> None:
    story = make_story()
    shown = facts_of(story.change)

    def act(which: str) -> object:
        if which == "edit":
            return edit(story)
        return approve(
            story, revision=shown.head_revision, request_digest=shown.request_digest, at=LATER
        )

    at_once(act, ["edit", "approve"])

    assert judgement_of(story.change, times.NOW).approved_at is None


def edit(story: Story) -> object:
    with transaction.atomic():
        return edit_request(
            request=story.change,
            actor=story.requester,
            at=LATER,
            values={"description": "Sort them by date."},
            systems=[story.system],
        )
