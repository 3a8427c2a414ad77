"""No model carries evidence behind the ledger's back."""

import pytest
from django.apps import apps
from django.core.management import call_command

from changes.models import Person
from evidence.ledger.check import check_ledger
from evidence.ledger.coverage import APPS, LEFT_OUT, covered_models
from evidence.ledger.guards import APPEND_ONLY
from evidence.ledger.sequence import seal
from evidence.ledger.shapes import BODIES, PRIVATE, shape_of


def labels() -> set[str]:
    return {m._meta.label for app in APPS for m in apps.get_app_config(app).get_models()}


def test_what_is_left_out_exists_and_has_a_reason() -> None:
    assert LEFT_OUT.keys() <= labels()
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())


def test_every_other_model_is_covered() -> None:
    assert {model._meta.label for model in covered_models()} == labels() - LEFT_OUT.keys()
    assert APPEND_ONLY.keys() <= labels()


def test_every_column_is_told_or_committed_to() -> None:
    """None of a covered model is forgotten: whatever a migration adds is part of the record."""
    for model in covered_models():
        shape, names = shape_of(model), {f.attname for f in model._meta.concrete_fields}
        left_out = names - set(shape.plain) - set(shape.private)
        left_out -= {body for body, _ in BODIES.values()}
        assert left_out <= {"password", "last_login", "last_used_at", "last_change_number"}, model


def test_private_names_are_columns() -> None:
    columns = {
        f"{model._meta.model_name}.{field.name}"
        for model in covered_models()
        for field in model._meta.concrete_fields
    }

    assert columns >= PRIVATE


@pytest.mark.django_db
def test_administrator_made_on_the_machine_is_on_the_log() -> None:
    seal()

    call_command("createsuperuser", username="root", name="Root", interactive=False)

    assert Person.objects.get().is_superuser
    assert check_ledger().differences == []
