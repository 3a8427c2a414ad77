import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group

from changes.models import Freeze, OnCallShift, Person, System
from changes.vocabulary import Role
from changes.workflow.administration import remove_entry, save_entry
from changes.workflow.edits import PRIVATE
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from evidence.models import Event
from tests.factories.calendar import FreezeFactory
from tests.factories.catalogue import OnCallShiftFactory, StandardProcedureFactory, SystemFactory
from tests.factories.people import PersonFactory, a_tech_lead, an_engineer
from tests.factories.stories import make_draft
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Person:
    return PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])


def types() -> list[str]:
    return list(Event.objects.order_by("received_at", "pk").values_list("type", flat=True))


def test_entry_is_saved_with_its_links_and_an_event(administrator: Person) -> None:
    lead = a_tech_lead()
    system = System(slug="api", name="API")
    save_entry(record=system, actor=administrator, at=NOW, related={"tech_leads": [lead]})
    assert list(System.objects.get().tech_leads.all()) == [lead]
    event = Event.objects.get(type="system.added")
    assert f'"tech_leads":["person:{lead.pk}"]' in bytes(event.canonical).decode()


def test_edit_is_an_event_of_its_own(administrator: Person) -> None:
    system = SystemFactory.create()
    system.name = "Another name"
    save_entry(record=system, actor=administrator, at=NOW)
    assert types() == ["system.edited"]


def test_a_superuser_may_and_an_engineer_may_not() -> None:
    save_entry(
        record=System(slug="a", name="A"), actor=PersonFactory.create(is_superuser=True), at=NOW
    )
    with pytest.raises(NotPermitted, match="Only policy administrator may"):
        save_entry(record=System(slug="b", name="B"), actor=an_engineer(), at=NOW)


def test_a_row_that_breaks_a_constraint_is_named(administrator: Person) -> None:
    SystemFactory.create(slug="api")
    with pytest.raises(Invalid) as refusal:
        save_entry(record=System(slug="api", name=""), actor=administrator, at=NOW)
    assert set(refusal.value.fields) == {"slug", "name"}


def test_nobody_changes_their_own_roles(administrator: Person) -> None:
    groups = list(Group.objects.all())
    with pytest.raises(NotPermitted, match="their own roles"):
        save_entry(record=administrator, actor=administrator, at=NOW, related={"groups": groups})
    assert administrator.groups.count() == 1


def test_another_administrator_changes_roles(administrator: Person) -> None:
    person = PersonFactory.create()
    role = Group.objects.get(name=Role.AUDITOR)
    save_entry(record=person, actor=administrator, at=NOW, related={"groups": [role]})
    assert Person.objects.get(pk=person.pk).roles == {Role.AUDITOR}
    assert b'"groups":["auditor"]' in bytes(Event.objects.get().canonical)


def test_a_freeze_in_the_past_is_refused(administrator: Person) -> None:
    freeze = Freeze(reason="Late", starts_at=NOW - timedelta(hours=1), ends_at=NOW)
    with pytest.raises(Invalid, match="begins in the future"):
        save_entry(record=freeze, actor=administrator, at=NOW)


def test_what_has_begun_is_history(administrator: Person) -> None:
    freeze = FreezeFactory.create()
    freeze.starts_at = NOW + timedelta(days=1)
    freeze.ends_at = NOW + timedelta(days=2)
    with pytest.raises(NotNow, match="has begun"):
        save_entry(record=freeze, actor=administrator, at=NOW)
    shift = OnCallShiftFactory.create()
    with pytest.raises(NotNow, match="has begun"):
        remove_entry(record=shift, actor=administrator, at=NOW)
    assert OnCallShift.objects.exists()


def test_removal_leaves_an_event_and_what_is_used_stays(administrator: Person) -> None:
    unused, used = SystemFactory.create(), make_draft().repository
    remove_entry(record=unused, actor=administrator, at=NOW)
    assert "system.removed" in types()
    before = types()
    with pytest.raises(NotNow, match="is used by"):
        remove_entry(record=used, actor=administrator, at=NOW)
    assert types() == before


def test_nobody_is_removed(administrator: Person) -> None:
    with pytest.raises(NotNow, match="switched off, never removed"):
        remove_entry(record=PersonFactory.create(), actor=administrator, at=NOW)


def details_of(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(Event.objects.get(type=kind).canonical))["details"]
    return found


def test_edit_says_which_fields_changed_and_from_what_to_what(administrator: Person) -> None:
    procedure = StandardProcedureFactory.create(expires_on=date(2027, 1, 1))
    procedure.expires_on = date(2026, 12, 1)
    save_entry(record=procedure, actor=administrator, at=NOW)
    assert details_of("standardprocedure.edited") == {
        "changed": {"expires_on": ["2027-01-01", "2026-12-01"]}
    }


def test_edit_of_who_leads_says_who_did_before(administrator: Person) -> None:
    old, new = a_tech_lead(), a_tech_lead()
    system = SystemFactory.create(tech_leads=[old])
    save_entry(record=system, actor=administrator, at=NOW, related={"tech_leads": [new]})
    assert details_of("system.edited") == {
        "tech_leads": [f"person:{new.pk}"],
        "changed": {"tech_leads": [[f"person:{old.pk}"], [f"person:{new.pk}"]]},
    }


def test_edit_tells_no_free_text_and_nothing_personal(administrator: Person) -> None:
    procedure, person = StandardProcedureFactory.create(), PersonFactory.create(name="Ada")
    procedure.steps, procedure.parameter_limits = "Call Bob on 555-0100.", {"pods": {"maximum": 9}}
    person.name, person.email, person.is_active = "Ada Lovelace", "ada@example.org", False
    save_entry(record=procedure, actor=administrator, at=NOW)
    save_entry(record=person, actor=administrator, at=NOW)
    assert details_of("standardprocedure.edited") == {
        "changed": {"steps": PRIVATE, "parameter_limits": PRIVATE}
    }
    assert details_of("person.edited") == {
        "changed": {"name": PRIVATE, "email": PRIVATE, "is_active": [True, False]}
    }
    stored = b"".join(bytes(raw) for raw in Event.objects.values_list("canonical", flat=True))
    assert not [text for text in (b"Bob", b"555", b"Lovelace", b"example.org") if text in stored]


def test_edit_of_a_password_tells_neither(administrator: Person) -> None:
    person = PersonFactory.create()
    person.set_password("a-long-made-up-password")
    save_entry(record=person, actor=administrator, at=NOW)
    assert details_of("person.edited") == {"changed": {"password": PRIVATE}}
