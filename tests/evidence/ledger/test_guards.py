"""Append-only tables refuse everything but additions, on the real database."""

from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from changes.models import Approval, EvidenceItem, PolicyVersion
from changes.vocabulary import PolicyState
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.guards import (
    APPEND_ONLY,
    guarded,
    install_guards,
    installed_guards,
    lift_guards,
    missing_guards,
)
from evidence.models import Erasure, LedgerCheck, LogKey, TimeStamp
from tests.factories.by_model import factory_of
from tests.factories.files import EvidenceItemFactory
from tests.factories.people import PersonFactory
from tests.factories.policy import PolicyVersionFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db
REFUSED = "is append-only"


def execute(sql: str, parameters: tuple[Any, ...] = ()) -> None:
    connection.check_constraints()  # PostgreSQL alters no table while it has some left to check
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.fixture
def filled() -> None:
    """A row in every guarded table."""
    make_story().pass_gates().approve().deploy().verify()
    checkpoint = checkpoint_now(NOW)
    TimeStamp.objects.create(checkpoint=checkpoint, token=b"t", authority="a", stamped_at=NOW)
    LedgerCheck.objects.create(started_at=NOW, finished_at=NOW, entries=1, records=1, found=0)
    for model, _ in guarded():
        if not model._meta.base_manager.exists():
            factory_of(model).create()


def test_registry_is_what_the_database_guards() -> None:
    """Whoever adds a table adds its model to the registry; `migrate` does the rest."""
    tables = {apps.get_model(label)._meta.db_table for label in APPEND_ONLY}

    assert {table for _, table in installed_guards(connection)} == tables
    assert missing_guards(connection) == []


def test_design_names_are_guarded() -> None:
    assert APPEND_ONLY.keys() >= {
        "evidence.Event",
        "evidence.Leaf",
        "evidence.Checkpoint",
        "changes.EvidenceItem",
        "changes.Approval",
        "changes.Review",
        "changes.GateResult",
        "changes.HealthSample",
        "changes.Verification",
        "changes.PolicyVersion",
        "evidence.Package",
    }


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("model", [model for model, _ in guarded()], ids=lambda m: m.__name__)
def test_rows_are_neither_changed_nor_deleted(model: type[models.Model]) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    for column in (field.column for field in model._meta.concrete_fields):
        with pytest.raises(IntegrityError, match=REFUSED):
            execute(f'UPDATE "{table}" SET "{column}" = "{column}"')
    with pytest.raises(IntegrityError, match=REFUSED):
        execute(f'DELETE FROM "{table}"')
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    copy = f'INTO "{table}" ({columns}) SELECT {columns} FROM "{table}"'
    if connection.vendor == "sqlite":
        refused = [f"INSERT OR REPLACE {copy}"]
    else:
        update = f'ON CONFLICT ("{key}") DO UPDATE SET "{key}" = EXCLUDED."{key}"'
        refused = [f"INSERT {copy} {update}", f'TRUNCATE "{table}" CASCADE']
    for statement in refused:
        with pytest.raises(IntegrityError, match=REFUSED):
            execute(statement)


def test_policy_version_is_final_once_it_is_approved() -> None:
    proposal = PolicyVersionFactory.create(state=PolicyState.PROPOSED, approved_at=None)
    proposal.summary = "Clearer"
    proposal.save()
    proposal.state, proposal.approved_at = PolicyState.APPROVED, NOW
    proposal.save()

    proposal.summary = "Something else"
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        proposal.save()
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        PolicyVersion.objects.filter(pk=proposal.pk).delete()


def test_open_erasure_opens_the_texts_of_its_record_and_nothing_else() -> None:
    item, other = EvidenceItemFactory.create(), EvidenceItemFactory.create()
    Erasure.objects.create(
        record=f"evidenceitem:{item.pk}",
        field="name",
        asked_by=PersonFactory.create(),
        asked_at=NOW,
    )

    EvidenceItem.objects.filter(pk=item.pk).update(name="[erased]")

    for key, change in ((other.pk, {"name": "x"}), (item.pk, {"sha256": "0" * 64})):
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            EvidenceItem.objects.filter(pk=key).update(**change)


def test_guards_come_back_with_every_migrate() -> None:
    connection.check_constraints()
    lift_guards(connection)
    assert missing_guards(connection) != []

    call_command("migrate", verbosity=0)

    assert missing_guards(connection) == []


@pytest.mark.parametrize("trigger", ["rows", "note"])
def test_one_trigger_that_is_gone_is_missed(trigger: str) -> None:
    name = f"orca_guard_{trigger}"
    execute(
        f"DROP TRIGGER {name} ON evidence_event"
        if connection.vendor == "postgresql"
        else f"DROP TRIGGER {name}_evidence_event"
    )

    assert missing_guards(connection) == ["evidence_event"]


def test_guards_may_be_installed_twice() -> None:
    install_guards(connection)
    before = sorted(installed_guards(connection))

    install_guards(connection)

    assert sorted(installed_guards(connection)) == before


def test_owner_may_lift_them_for_a_moment() -> None:
    story = make_story().approve()
    with unguarded():
        Approval.objects.update(comment="altered")

    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        Approval.objects.filter(change=story.change).update(comment="again")


@pytest.mark.postgres
def test_replica_mode_does_not_pass_them_by() -> None:
    checkpoint_now(NOW)

    execute("SET LOCAL session_replication_role = replica")
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        LogKey.objects.update(vkey="x")
