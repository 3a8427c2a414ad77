"""What the admin site writes: catalogue, rota, repositories, freezes, people and their logins.

Every entry leaves an event, with whom and what it is linked to.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError

from changes.announcements import Announcement, announce
from changes.models import Freeze, OnCallShift, Person, RotaOverride
from changes.permissions import why_may_not
from changes.roles import Act
from changes.workflow.edits import edits_between
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.rota import check_override
from changes.workflow.steps import check_time

UNCHECKED = ("password",)  # most people here never sign in, and have none
Related = Mapping[str, Iterable[models.Model]]


@transaction.atomic
def save_entry(
    *, record: models.Model, actor: Person, at: datetime, related: Related | None = None
) -> models.Model:
    """Add or change one row; `related` sets its many-to-many fields. Announces `system.added`,
    `system.edited` and the like. Nobody changes their own roles.
    """
    _check(actor, at)
    related = {name: list(rows) for name, rows in (related or {}).items()}
    is_new = record.pk is None
    if isinstance(record, Person):
        _check_roles(record, actor, related.get("groups"))
    _check_past(record, at)
    before = None if is_new else record._meta.base_manager.filter(pk=record.pk).first()
    links = {name: _names(getattr(record, name).all()) for name in related} if before else {}
    try:
        record.full_clean(exclude=UNCHECKED if isinstance(record, Person) else ())
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error
    if isinstance(record, RotaOverride):
        check_override(record)
    record.save()
    for name, rows in related.items():
        getattr(record, name).set(rows)
    now = {name: _names(rows) for name, rows in related.items()}
    details: dict[str, Any] = {**now}
    if before is not None:
        details["changed"] = edits_between(before, record) | {
            name: [links[name], now[name]] for name in now if links[name] != now[name]
        }
    what = f"{record._meta.model_name}.{'added' if is_new else 'edited'}"
    announce(Announcement(what, record, at, actor, details=details))
    return record


@transaction.atomic
def remove_entry(*, record: models.Model, actor: Person, at: datetime) -> None:
    """Only where nothing refers to it; the event stays."""
    _check(actor, at)
    if isinstance(record, Person):
        raise NotNow("A person is switched off, never removed: the record names them.")
    _check_past(record, at)
    announce(Announcement(f"{record._meta.model_name}.removed", record, at, actor))
    try:
        record.delete()
    except ProtectedError as error:
        kinds = sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects})
        raise NotNow(f"{record} is used by {', '.join(kinds)} and stays.") from error


def is_past(record: models.Model, at: datetime) -> bool:
    """A freeze, a shift or an override that has begun is history: changes were judged by it."""
    return isinstance(record, Freeze | OnCallShift | RotaOverride) and record.starts_at <= at


def _check(actor: Person, at: datetime) -> None:
    refusal = why_may_not(actor, Act.CONFIGURE)
    if refusal and not (actor.is_active and actor.is_superuser):
        raise NotPermitted(refusal)
    check_time(at)


def _check_past(record: models.Model, at: datetime) -> None:
    """Neither may a row that has begun be touched, nor one be put into the past."""
    before = record._meta.base_manager.filter(pk=record.pk).first()
    if before is not None and is_past(before, at):
        raise NotNow(f"{before} has begun: changes are judged by it, so it stays as it is.")
    if isinstance(record, Freeze) and is_past(record, at):
        raise Invalid({"starts_at": "A freeze begins in the future, not in the past."})
    if isinstance(record, RotaOverride) and is_past(record, at):
        sentence = "Somebody stands in from a moment to come: who was on call stays as it was."
        raise Invalid({"starts_at": sentence})


def _check_roles(record: Person, actor: Person, groups: Any) -> None:
    if record.pk != actor.pk or groups is None:
        return
    held = {group.name for group in Group.objects.filter(user=actor)}
    if {group.name for group in groups} != held:
        raise NotPermitted("Nobody changes their own roles: another administrator does.")


def _names(rows: Iterable[models.Model]) -> list[str]:
    return sorted(_name(row) for row in rows)


def _name(row: models.Model) -> str:
    """Roles and systems by name, people by number, as events know them."""
    return f"person:{row.pk}" if isinstance(row, Person) else str(getattr(row, "slug", row))
