"""Leave to deploy outside the window, given beforehand by a tech lead who is no author."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from changes.models import ChangeRequest, Person, WindowException
from changes.vocabulary import Role
from changes.workflow.calendar import approve_window_exception
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories.people import PersonFactory, a_tech_lead, an_engineer
from tests.factories.stories import make_change, make_story

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _leave(change: ChangeRequest, actor: Person, now: datetime, **values: Any) -> WindowException:
    defaults = {"reason": "Maintenance of the partner", "valid_until": now + DAY}
    return approve_window_exception(request=change, actor=actor, at=now, **{**defaults, **values})


def test_leave_is_given_beforehand_by_a_tech_lead(now: datetime) -> None:
    change, lead = make_change(), a_tech_lead()
    told = events_of(lambda: _leave(change, lead, now))
    assert told == ["window_exception.approved"]
    assert change.window_exceptions.get().approved_by == lead


def test_engineer_gives_no_leave(now: datetime) -> None:
    change, engineer = make_change(), an_engineer()
    with refused(NotPermitted, "Only tech lead may approve a window exception."):
        _leave(change, engineer, now)


def test_author_gives_no_leave(now: datetime) -> None:
    author = PersonFactory.create(name="Hedda", roles=[Role.ENGINEER, Role.TECH_LEAD])
    change = make_change(requester=author)
    sentence = f"Hedda is an author of {change.key}: another gives leave."
    with refused(NotPermitted, sentence):
        _leave(change, author, now)


def test_leave_needs_a_reason_and_a_time_to_come(now: datetime) -> None:
    change, lead = make_change(), a_tech_lead()
    with refused(Invalid, "Say why it may be deployed outside the window."):
        _leave(change, lead, now, reason="\t")
    with refused(Invalid, "Leave is given for a time to come."):
        _leave(change, lead, now, valid_until=now)


def test_leave_is_not_given_afterwards(now: datetime) -> None:
    story = make_story().pass_gates().approve().start()
    lead = a_tech_lead()
    sentence = f"{story.change.key} is deploying: leave is given before it is deployed."
    with refused(NotNow, sentence):
        _leave(story.change, lead, now)
