from datetime import date
from typing import Any

import pytest

from changes.models import OnCallShift, Person
from changes.vocabulary import Role
from changes.workflow.catalogue import add_procedure, add_repository, add_shift, add_system
from changes.workflow.refusals import Invalid, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.catalogue import SystemFactory
from tests.factories.people import (
    PersonFactory,
    a_tech_lead,
    an_engineer,
    an_on_call_engineer,
)

pytestmark = pytest.mark.django_db
PROCEDURE = {
    "slug": "patch",
    "title": "Patch a dependency",
    "steps": "1. Patch it.",
    "valid_from": date(2026, 1, 1),
    "expires_on": date(2027, 1, 1),
}


def administrator() -> Person:
    return PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])


def test_system_is_added_with_its_tech_leads() -> None:
    lead = a_tech_lead()

    system = add_system(
        actor=administrator(), at=times.NOW, tech_leads=[lead], slug="pages", name="Pages"
    )

    assert (system.name, list(system.tech_leads.all())) == ("Pages", [lead])


def test_system_is_led_by_tech_leads_only() -> None:
    actor, engineer = administrator(), an_engineer(name="Eve")

    with refused(Invalid, "Eve holds no tech lead role."):
        add_system(actor=actor, at=times.NOW, tech_leads=[engineer], slug="pages", name="Pages")


def test_system_is_added_once() -> None:
    actor, system = administrator(), SystemFactory.create(slug="pages")

    with refused(Invalid, "System with this Slug already exists."):
        add_system(actor=actor, at=times.NOW, tech_leads=[], slug=system.slug, name="Other")


def test_repository_and_procedure_and_shift_store_their_events() -> None:
    actor, person, system = administrator(), an_on_call_engineer(), SystemFactory.create()

    def act() -> None:
        add_repository(actor=actor, at=times.NOW, name="orca/pages")
        add_procedure(actor=actor, at=times.NOW, systems=[system], **PROCEDURE)
        add_shift(
            actor=actor,
            at=times.NOW,
            person=person,
            starts_at=times.DRAFTED,
            ends_at=times.NOW,
        )

    assert events_of(act) == ["procedure.added", "repository.added", "shift.added"]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"expires_on": date(2025, 12, 31)}, id="expired before it is valid"),
        pytest.param({"title": ""}, id="without a title"),
        pytest.param({"slug": "not a slug"}, id="with blanks in the slug"),
    ],
)
def test_procedure_with_a_wrong_value_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        add_procedure(actor=administrator(), at=times.NOW, systems=[], **{**PROCEDURE, **values})


def test_shift_is_for_people_who_hold_the_role() -> None:
    actor, engineer = administrator(), an_engineer(name="Eve")

    with refused(Invalid, "Eve holds no on-call role."):
        add_shift(
            actor=actor,
            at=times.NOW,
            person=engineer,
            starts_at=times.DRAFTED,
            ends_at=times.NOW,
        )


def test_shift_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Invalid):
        add_shift(
            actor=administrator(),
            at=times.NOW,
            person=an_on_call_engineer(),
            starts_at=times.NOW,
            ends_at=times.DRAFTED,
        )

    assert OnCallShift.objects.count() == 0


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.POLICY_ADMINISTRATOR])
def test_catalogue_is_edited_by_policy_administrators_only(role: Role) -> None:
    actor = PersonFactory.create(roles=[role])

    sentence = "Only policy administrator may edit the catalogue, systems and people."
    with refused(NotPermitted, sentence):
        add_repository(actor=actor, at=times.NOW, name="orca/pages")
