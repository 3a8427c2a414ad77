from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from changes.models import ChangeRequest
from evidence.ledger.records import (
    links_by_name,
    plain,
    private_values,
    record_digest,
    record_name,
    record_values,
)
from tests.factories.catalogue import SystemFactory
from tests.factories.people import PersonFactory
from tests.factories.policy import PolicyVersionFactory
from tests.factories.request import ChangeRequestFactory

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(NOON, "2026-07-14T12:00:00.000000Z", id="a moment"),
        pytest.param(date(2026, 7, 14), "2026-07-14", id="a day"),
        pytest.param(time(10), "10:00:00", id="a time of day"),
        pytest.param(Decimal("80.00"), "80", id="a decimal"),
        pytest.param(Decimal("1.50"), "1.5", id="a decimal with a fraction"),
        pytest.param(Decimal("1E+2"), "100", id="a decimal with an exponent"),
        pytest.param(0.1, "0.1", id="a float"),
        pytest.param({"a": [NOON, (1, None)]}, {"a": [plain(NOON), [1, None]]}, id="nested"),
        pytest.param({1: True}, {"1": True}, id="a number as key"),
        pytest.param("text", "text", id="text"),
    ],
)
def test_plain_value_is_one_that_json_can_carry(value: Any, expected: Any) -> None:
    assert plain(value) == expected


@pytest.mark.django_db
def test_record_leaves_out_the_password_and_the_last_login() -> None:
    values = record_values(PersonFactory.create())

    assert {"password", "last_login"}.isdisjoint(values)
    assert set(values) == {"id", "joined_at"}


@pytest.mark.django_db
def test_column_at_its_default_is_not_told() -> None:
    """So a column that a migration adds leaves the digest of every record as it was."""
    person = PersonFactory.create(kind="human", is_active=True, is_staff=False)
    before = record_digest(person)

    person.is_active, person.is_staff = False, True

    assert record_values(person).items() > {"is_active": False, "is_staff": True}.items()
    assert record_digest(person) != before


@pytest.mark.django_db
def test_names_and_texts_are_not_told_in_the_clear() -> None:
    person = PersonFactory.create(name="Ada", email="ada@example.org")
    change = ChangeRequestFactory.create(title="Sort them", description="", incident_url="")

    assert {"name", "email", "username"}.isdisjoint(record_values(person))
    assert private_values(person).items() >= {"name": "Ada", "email": "ada@example.org"}.items()
    assert private_values(change)["title"] == "Sort them"
    assert "description" not in private_values(change)


@pytest.mark.django_db
def test_what_a_record_is_linked_to_is_part_of_it() -> None:
    system, lead = SystemFactory.create(), PersonFactory.create()
    before = record_digest(system)

    system.tech_leads.add(lead)

    assert record_values(system)["tech_leads"] == [lead.pk]
    assert record_digest(system) != before
    assert links_by_name([system, lead])[record_name(system)] == {"tech_leads": [lead.pk]}


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [ChangeRequestFactory, PolicyVersionFactory, PersonFactory])
def test_record_has_the_same_digest_before_it_is_stored_as_after(factory: Any) -> None:
    record = factory.create()

    stored = type(record).objects.get(pk=record.pk)

    assert record_digest(record) == record_digest(stored)


@pytest.mark.django_db
def test_record_has_another_digest_after_any_change() -> None:
    change = ChangeRequestFactory.create()
    before = record_digest(change)

    ChangeRequest.objects.update(is_infrastructure=True)
    change.refresh_from_db()

    assert record_digest(change) != before


@pytest.mark.django_db
def test_record_is_named_by_its_model_and_key() -> None:
    change = ChangeRequestFactory.create()

    assert record_name(change) == f"changerequest:{change.pk}"
