"""Freezes, and leave to deploy outside the window."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from changes.models import ChangeRequest, Freeze, Person, WindowException
from changes.queries.facts import facts_of
from changes.rules.windows import why_closed
from changes.vocabulary import Role
from changes.workflow.calendar import approve_window_exception, declare_freeze
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories.catalogue import SystemFactory
from tests.factories.people import PersonFactory, a_tech_lead, an_engineer
from tests.factories.policy import version_1
from tests.factories.stories import make_change, make_story

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def administrator() -> Person:
    return PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])


def _freeze(actor: Person, now: datetime, **values: Any) -> Freeze:
    defaults = {"reason": "Launch", "starts_at": now + DAY, "ends_at": now + 2 * DAY}
    return declare_freeze(actor=actor, at=now, **{**defaults, **values})


def _leave(change: ChangeRequest, actor: Person, now: datetime, **values: Any) -> WindowException:
    defaults = {"reason": "Maintenance of the partner", "valid_until": now + DAY}
    return approve_window_exception(request=change, actor=actor, at=now, **{**defaults, **values})


def test_freeze_closes_the_window_for_its_systems(administrator: Person, now: datetime) -> None:
    change, elsewhere = make_change(), make_change()
    system = change.systems.get()
    told = events_of(lambda: _freeze(administrator, now, systems=[system]))
    assert told == ["freeze.declared"]
    policy, inside = version_1().as_policy(), now + DAY
    assert why_closed(facts_of(change), inside, policy) == ("a freeze closed the window (Launch).")
    assert why_closed(facts_of(elsewhere), inside, policy) is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reason": " "}, "Say why nothing may be deployed."),
        ({"starts_at": -1}, "A freeze begins in the future, not in the past."),
        ({"ends_at": 1}, "A freeze ends after it has begun."),
    ],
    ids=["no reason", "begins in the past", "ends as it begins"],
)
def test_freeze_that_makes_no_sense_is_refused(
    administrator: Person, now: datetime, values: dict[str, object], sentence: str
) -> None:
    moments = {k: now + v * DAY if isinstance(v, int) else v for k, v in values.items()}
    with refused(Invalid, sentence):
        _freeze(administrator, now, **moments)


def test_freeze_is_declared_by_policy_administrators(now: datetime) -> None:
    lead = a_tech_lead()
    sentence = "Only policy administrator may edit the catalogue, systems and people."
    with refused(NotPermitted, sentence):
        _freeze(lead, now)


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


def test_freeze_for_all_when_no_system_is_named(administrator: Person, now: datetime) -> None:
    SystemFactory.create()
    assert list(_freeze(administrator, now).systems.all()) == []
