"""What changes are about: systems, repositories, standard procedures, the rota."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from changes.announcements import Announcement, announce
from changes.models import OnCallShift, Person, Repository, StandardProcedure, System
from changes.roles import Act
from changes.vocabulary import Role
from changes.workflow.refusals import Invalid
from changes.workflow.steps import check_may, check_time

Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def add_system(
    *, actor: Person, at: datetime, tech_leads: Iterable[Person], **values: Any
) -> System:
    """Its tech leads hold the role; `values` are the columns of the system."""
    tech_leads = list(tech_leads)
    strangers = [lead.name for lead in tech_leads if Role.TECH_LEAD not in lead.roles]
    if strangers:
        raise Invalid({"tech_leads": f"{', '.join(strangers)} holds no tech lead role."})
    system = _added(System(**values), actor, at)
    system.tech_leads.set(tech_leads)
    leads = sorted(lead.pk for lead in tech_leads)
    announce(Announcement("system.added", system, at, actor, details={"tech_leads": leads}))
    return system


@transaction.atomic
def add_repository(*, actor: Person, at: datetime, **values: Any) -> Repository:
    repository = _added(Repository(**values), actor, at)
    announce(Announcement("repository.added", repository, at, actor))
    return repository


@transaction.atomic
def add_procedure(
    *, actor: Person, at: datetime, systems: Iterable[System], **values: Any
) -> StandardProcedure:
    """Pre-approved for these systems until it expires."""
    procedure = _added(StandardProcedure(**values), actor, at)
    procedure.systems.set(systems)
    slugs = sorted(system.slug for system in procedure.systems.all())
    announce(Announcement("procedure.added", procedure, at, actor, details={"systems": slugs}))
    return procedure


@transaction.atomic
def add_shift(
    *, actor: Person, at: datetime, person: Person, starts_at: datetime, ends_at: datetime
) -> OnCallShift:
    if Role.ON_CALL not in person.roles:
        raise Invalid({"person": f"{person.name} holds no on-call role."})
    shift = _added(OnCallShift(person=person, starts_at=starts_at, ends_at=ends_at), actor, at)
    announce(Announcement("shift.added", shift, at, actor))
    return shift


def _added(row: Row, actor: Person, at: datetime) -> Row:
    check_may(actor, Act.CONFIGURE)
    check_time(at)
    try:
        row.full_clean()
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error
    row.save()
    return row
