"""Somebody stands in for somebody else on the rota, and approves emergencies instead."""

from datetime import timedelta
from typing import Any

import pytest

from changes.models import Approval, Person, RotaOverride
from changes.queries.facts import facts_of
from changes.queries.rota import on_call_at
from changes.vocabulary import ApprovalRole, Category, Role
from changes.workflow.administration import remove_entry, save_entry
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.catalogue import OnCallShiftFactory, RotaOverrideFactory
from tests.factories.people import PersonFactory, an_on_call_engineer
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
START, END = times.APPROVED, times.APPROVED + HOUR


class Rota:
    """Olga is on call all week; Stan stands in for an hour."""

    def __init__(self) -> None:
        self.olga = an_on_call_engineer(name="Olga")
        self.stan = an_on_call_engineer(name="Stan")
        OnCallShiftFactory.create(person=self.olga)

    def stand_in(self) -> RotaOverride:
        span = {"starts_at": START, "ends_at": END}
        return RotaOverrideFactory.create(absent=self.olga, stand_in=self.stan, **span)


@pytest.fixture
def rota() -> Rota:
    return Rota()


def override(rota: Rota, **values: Any) -> RotaOverride:
    given = {"absent": rota.olga, "stand_in": rota.stan, "reason": "Ill"}
    span = {"starts_at": times.NOW + HOUR, "ends_at": times.NOW + 3 * HOUR}
    return RotaOverride(**{**given, **span, **values})


def saved(record: RotaOverride, actor: Person | None = None) -> RotaOverride:
    actor = actor or PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])
    save_entry(record=record, actor=actor, at=times.NOW)
    return record


def names(moment: Any) -> list[str]:
    return [person.name for person in on_call_at(moment)]


def test_on_call_is_who_stands_in_from_the_start_until_just_before_the_end(rota: Rota) -> None:
    rota.stand_in()

    assert names(START - MOMENT) == names(END) == ["Olga"]
    assert names(START) == names(END - MOMENT) == ["Stan"]


def test_nobody_is_on_call_because_of_an_override_alone(rota: Rota) -> None:
    stranger = an_on_call_engineer(name="Sue")
    RotaOverrideFactory.create(absent=stranger, stand_in=rota.stan, starts_at=START, ends_at=END)

    assert names(START) == ["Olga"]


def approve(story: Story, person: Person, at: Any) -> Approval:
    story.approve_as(ApprovalRole.ON_CALL, person, at)
    return story.change.approvals.get(person=person)


def test_who_is_replaced_does_not_approve_and_is_told_who_does(rota: Rota) -> None:
    rota.stand_in()
    story = make_story(category=Category.EMERGENCY)

    with refused(NotPermitted, "Olga is not on call now: Stan is."):
        approve(story, rota.olga, START)

    assert approve(story, rota.stan, START).was_on_call
    finding = facts_of(story.change)
    assert finding.on_call_at(START) == {rota.stan.pk}


@pytest.mark.parametrize("at", [START - MOMENT, END])
def test_who_stands_in_approves_neither_before_nor_after(at: Any, rota: Rota) -> None:
    rota.stand_in()
    story = make_story(category=Category.EMERGENCY)

    with refused(NotPermitted, "Stan is not on call now: Olga is."):
        approve(story, rota.stan, at)

    assert approve(story, rota.olga, at).was_on_call


def test_override_is_kept_with_its_event(rota: Rota) -> None:
    administrator = PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])

    told = events_of(lambda: saved(override(rota), administrator))

    assert told == ["rotaoverride.added"]
    assert str(RotaOverride.objects.get()).startswith("Stan for Olga from 2026-07-15")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"starts_at": times.NOW}, "Somebody stands in from a moment to come: who was on call"),
        ({"ends_at": times.NOW + HOUR}, "It ends after it starts."),
        ({"reason": ""}, "This field cannot be blank."),
    ],
)
def test_override_that_cannot_be_is_refused(
    values: dict[str, Any], sentence: str, rota: Rota
) -> None:
    with pytest.raises(Invalid, match=sentence):
        saved(override(rota, **values))

    assert not RotaOverride.objects.exists()


def test_nobody_has_two_who_stand_in_or_stands_in_for_themselves_or_in_a_circle(
    rota: Rota,
) -> None:
    saved(override(rota))
    later = {"starts_at": times.NOW + 2 * HOUR, "ends_at": times.NOW + 4 * HOUR}

    with pytest.raises(Invalid, match="There is somebody already: Stan for Olga"):
        saved(override(rota, stand_in=an_on_call_engineer(), **later))
    with pytest.raises(Invalid, match="name a third person"):
        saved(override(rota, absent=rota.stan, stand_in=rota.olga, **later))
    with pytest.raises(Invalid, match="Nobody stands in for themselves"):
        saved(override(rota, stand_in=rota.olga, **later))
    saved(override(rota, starts_at=times.NOW + 3 * HOUR, ends_at=times.NOW + 5 * HOUR))

    assert RotaOverride.objects.count() == 2


def test_override_that_has_begun_stays_as_it_is(rota: Rota) -> None:
    begun = rota.stand_in()
    administrator = PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])
    begun.ends_at += HOUR

    with pytest.raises(NotNow, match="has begun"):
        saved(begun, administrator)
    with pytest.raises(NotNow, match="has begun"):
        remove_entry(record=begun, actor=administrator, at=times.NOW)
