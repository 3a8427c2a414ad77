"""Erasing free text or personal data on request: asked for by one person, done by another.

The text goes, and so does every salt that would let somebody try it out. The events, their leaves
and every proof stay, and the log tells who erased which field of what, and why.
"""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Person
from changes.permissions import why_may_not
from changes.roles import Act
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from evidence.ledger.coverage import APPS
from evidence.ledger.shapes import is_blank, shape_of
from evidence.models import Disclosure, Erasure

ERASED = "[erased]"
BASES = ("request of the person", "law", "retention period", "recorded by mistake")


@transaction.atomic
def ask_erasure(
    *, record: str, field: str, legal_basis: str, actor: Person, at: datetime
) -> Erasure:
    """Refused where the record or the field is not there, or is not free text or personal data."""
    _check(actor)
    row = found_record(record)
    if field not in shape_of(type(row)).private:
        fields = ", ".join(shape_of(type(row)).private) or "none"
        raise Invalid({"field": f"{field} of {record} cannot be erased; these can: {fields}."})
    if legal_basis not in BASES:
        raise Invalid({"legal_basis": f"Give one of these reasons: {', '.join(BASES)}."})
    if is_blank(getattr(row, field)):
        raise Invalid({"field": f"{field} of {record} is empty: there is nothing to erase."})
    if Erasure.objects.filter(record=record, field=field, done_at__isnull=True).exists():
        raise NotNow(f"The erasure of {field} of {record} was asked for already.")
    erasure = Erasure.objects.create(
        record=record, field=field, legal_basis=legal_basis, asked_by=actor, asked_at=at
    )
    announce(Announcement("erasure.asked", erasure, at, actor))
    return erasure


@transaction.atomic
def do_erasure(*, erasure: Erasure, actor: Person, at: datetime) -> Erasure:
    """By another person than who asked. What was handed out in packages cannot be called back."""
    _check(actor)
    erasure = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if erasure.done_at:
        raise NotNow(f"{erasure} is done.")
    if erasure.asked_by_id == actor.pk:
        raise NotPermitted("Another person does what you asked for: an erasure takes two.")
    row = found_record(erasure.record)
    type(row)._meta.base_manager.filter(pk=row.pk).update(**{erasure.field: _mark(row, erasure)})
    for opened in Disclosure.objects.filter(event__record=erasure.record):
        if opened.values.pop(erasure.field, None):
            opened.save()
    row.refresh_from_db()
    change = row if isinstance(row, ChangeRequest) else getattr(row, "change", None)
    details = {"field": erasure.field, "legal_basis": erasure.legal_basis}
    announce(Announcement("text.erased", row, at, actor, change, details=details))
    erasure.done_by, erasure.done_at = actor, at
    erasure.save()
    announce(Announcement("erasure.done", erasure, at, actor))
    return erasure


def found_record(name: str) -> models.Model:
    """The row of `model:key`. Raises Invalid."""
    model_name, _, key = name.partition(":")
    for app in APPS:
        model = apps.get_app_config(app).models.get(model_name)
        row = model._meta.base_manager.filter(pk=key).first() if model and key.isdecimal() else None
        if row is not None:
            return row
    raise Invalid({"record": f"There is no record {name}: give its model and number."})


def _mark(row: models.Model, erasure: Erasure) -> Any:
    """Not empty, since some texts may not be; unique where the column is."""
    field: Any = row._meta.get_field(erasure.field)
    if isinstance(field, models.JSONField):
        return {"erased": True} if field.default is dict else ["erased"]
    return f"{ERASED[:-1]} {row.pk}]" if field.unique or field.name == "name" else ERASED


def _check(actor: Person) -> None:
    refusal = why_may_not(actor, Act.ERASE)
    if refusal:
        raise NotPermitted(refusal)
