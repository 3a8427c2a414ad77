"""Post-mortems, their action items, and post-incident reviews."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from changes.models import ChangeRequest, Person, PostIncidentReview, PostMortem
from changes.vocabulary import Category, Role
from changes.workflow.learning import (
    NewActionItem,
    approve_post_mortem,
    complete_action_item,
    hold_post_incident_review,
    open_post_incident_review,
    write_post_mortem,
)
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories.learning import ActionItemFactory, PostMortemFactory
from tests.factories.people import PersonFactory, a_tech_lead, an_engineer
from tests.factories.stories import make_change

pytestmark = pytest.mark.django_db
HAPPENED = "It was slow."
CAUSE = "An index was missing."


@pytest.fixture
def emergency() -> ChangeRequest:
    return make_change(category=Category.EMERGENCY)


def _write(change: ChangeRequest, actor: Person, at: datetime, **values: str) -> PostMortem:
    texts: dict[str, Any] = {"what_happened": HAPPENED, "root_cause": CAUSE, **values}
    return write_post_mortem(request=change, actor=actor, at=at, **texts)


def _review(change: ChangeRequest, now: datetime) -> PostIncidentReview:
    return open_post_incident_review(
        request=change, actor=an_engineer(), at=now, incident_at=now - timedelta(hours=3)
    )


def test_post_mortem_is_written_with_its_action_items(
    emergency: ChangeRequest, now: datetime
) -> None:
    owner, writer = an_engineer(), an_engineer()
    action = NewActionItem("Alarm earlier", owner, date(2026, 8, 1))
    told = events_of(
        lambda: write_post_mortem(
            request=emergency,
            actor=writer,
            at=now,
            what_happened=HAPPENED,
            root_cause=CAUSE,
            action_items=[action],
        )
    )
    assert told == ["action_item.added", "post_mortem.written"]
    post_mortem = PostMortem.objects.get(change=emergency)
    assert (post_mortem.written_by, post_mortem.root_cause) == (writer, CAUSE)
    assert [item.owner for item in post_mortem.action_items.all()] == [owner]


def test_post_mortem_that_a_rollback_opened_keeps_its_reason(now: datetime) -> None:
    opened = PostMortemFactory.create(reason="Rolled back (manual): slow")
    _write(opened.change, an_engineer(), now)
    opened.refresh_from_db()
    assert (opened.reason, opened.what_happened) == ("Rolled back (manual): slow", HAPPENED)


def test_change_without_trouble_asks_for_no_post_mortem(now: datetime) -> None:
    change = make_change()
    writer = an_engineer()
    sentence = f"{change.key} asks for no post-mortem: nothing went wrong with it."
    with refused(NotNow, sentence):
        _write(change, writer, now)


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_blank_post_mortem_is_refused(emergency: ChangeRequest, now: datetime, blank: str) -> None:
    writer = an_engineer()
    with refused(Invalid, "Fill in: root cause."):
        _write(emergency, writer, now, root_cause=blank)


def test_auditor_writes_no_post_mortem(emergency: ChangeRequest, now: datetime) -> None:
    auditor = PersonFactory.create(roles=[Role.AUDITOR])
    with refused(NotPermitted, "Only engineer, on-call or tech lead may write the post-mortem."):
        _write(emergency, auditor, now)


def test_post_mortem_is_approved_by_another_person(emergency: ChangeRequest, now: datetime) -> None:
    writer, lead = a_tech_lead(), a_tech_lead()
    post_mortem = _write(emergency, writer, now)
    with refused(NotPermitted, f"{writer.name} wrote {post_mortem}: another person approves it."):
        approve_post_mortem(post_mortem=post_mortem, actor=writer, at=now)
    told = events_of(lambda: approve_post_mortem(post_mortem=post_mortem, actor=lead, at=now))
    assert told == ["post_mortem.approved"]
    with refused(NotNow, f"{post_mortem} is approved already."):
        approve_post_mortem(post_mortem=post_mortem, actor=lead, at=now)
    with refused(NotNow, f"{post_mortem} is approved and is not rewritten."):
        _write(emergency, writer, now)


def test_unwritten_post_mortem_is_not_approved(now: datetime) -> None:
    opened, lead = PostMortemFactory.create(), a_tech_lead()
    with refused(NotNow, f"{opened} is not written yet."):
        approve_post_mortem(post_mortem=opened, actor=lead, at=now)


def test_action_item_is_done_by_its_owner_once(now: datetime) -> None:
    owner, other = an_engineer(name="Olga"), an_engineer()
    item = ActionItemFactory.create(title="Alarm earlier", owner=owner)
    with refused(NotPermitted, "Only Olga may say that 'Alarm earlier' is done."):
        complete_action_item(action_item=item, actor=other, at=now)
    told = events_of(lambda: complete_action_item(action_item=item, actor=owner, at=now))
    assert told == ["action_item.done"]
    with refused(NotNow, "'Alarm earlier' is done already."):
        complete_action_item(action_item=item, actor=owner, at=now)


def test_review_is_due_after_the_working_days_of_the_policy(
    emergency: ChangeRequest, now: datetime
) -> None:
    review = _review(emergency, now)
    assert review.due_on == date(2026, 7, 22)
    opener = an_engineer()
    sentence = f"The post-incident review of {emergency.key} is open already."
    with refused(NotNow, sentence):
        open_post_incident_review(request=emergency, actor=opener, at=now, incident_at=now)


def test_review_is_of_emergencies_and_of_the_past(emergency: ChangeRequest, now: datetime) -> None:
    normal, opener = make_change(), an_engineer()
    with refused(NotNow, f"{normal.key} is normal: only an emergency is reviewed so."):
        open_post_incident_review(request=normal, actor=opener, at=now, incident_at=now)
    later = now + timedelta(seconds=1)
    with refused(Invalid, "The incident cannot begin after this moment."):
        open_post_incident_review(request=emergency, actor=opener, at=now, incident_at=later)


def test_review_is_held_by_somebody_who_did_not_make_the_change(
    emergency: ChangeRequest, now: datetime
) -> None:
    review, lead = _review(emergency, now), a_tech_lead()
    author = emergency.requester
    assert author is not None
    author.groups.set(lead.groups.all())
    with refused(NotPermitted, f"{author.name} is an author of {emergency.key}: another holds it."):
        _hold(review, Person.objects.get(pk=author.pk), now)
    assert events_of(lambda: _hold(review, lead, now)) == ["post_incident_review.held"]
    with refused(NotNow, f"{review} was held already."):
        _hold(review, lead, now)


def test_engineer_does_not_hold_a_review(emergency: ChangeRequest, now: datetime) -> None:
    review, engineer = _review(emergency, now), an_engineer()
    sentence = "Only compliance or tech lead may hold a post-incident review."
    with refused(NotPermitted, sentence):
        _hold(review, engineer, now)


def _hold(review: PostIncidentReview, actor: Person, at: datetime) -> PostIncidentReview:
    return hold_post_incident_review(review=review, actor=actor, at=at, findings="It was right.")
