"""When the deployment window is closed or opened beyond its hours: freezes and exceptions."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Freeze, Person, System, WindowException
from changes.queries.facts import facts_of
from changes.roles import Act
from changes.vocabulary import State
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import check_may, check_time, locked

BEFORE_DEPLOYMENT = (State.DRAFT, State.SUBMITTED, State.ROLLED_BACK)


@transaction.atomic
def declare_freeze(
    *,
    actor: Person,
    at: datetime,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    systems: Iterable[System] = (),
) -> Freeze:
    """It closes the window for these systems, or for all of them; never for the past."""
    check_may(actor, Act.CONFIGURE)
    check_time(at)
    if not reason.strip():
        raise Invalid({"reason": "Say why nothing may be deployed."})
    if starts_at < at:
        raise Invalid({"starts_at": "A freeze begins in the future, not in the past."})
    if ends_at <= starts_at:
        raise Invalid({"ends_at": "A freeze ends after it has begun."})
    freeze = Freeze.objects.create(reason=reason, starts_at=starts_at, ends_at=ends_at)
    freeze.systems.set(systems)
    slugs = sorted(system.slug for system in freeze.systems.all())
    announce(Announcement("freeze.declared", freeze, at, actor, details={"systems": slugs}))
    return freeze


@transaction.atomic
def approve_window_exception(
    *,
    request: ChangeRequest,
    actor: Person,
    at: datetime,
    reason: str,
    valid_until: datetime,
) -> WindowException:
    """Leave for one change, given beforehand by a tech lead who is not among its authors."""
    check_may(actor, Act.APPROVE_WINDOW_EXCEPTION)
    check_time(at)
    change = locked(request)
    if change.state not in BEFORE_DEPLOYMENT:
        raise NotNow(f"{change.key} is {change.state}: leave is given before it is deployed.")
    if actor.pk in facts_of(change).authors:
        raise NotPermitted(f"{actor.name} is an author of {change.key}: another gives leave.")
    if not reason.strip():
        raise Invalid({"reason": "Say why it may be deployed outside the window."})
    if valid_until <= at:
        raise Invalid({"valid_until": "Leave is given for a time to come."})
    leave = WindowException.objects.create(
        change=change, reason=reason, approved_by=actor, approved_at=at, valid_until=valid_until
    )
    announce(Announcement("window_exception.approved", leave, at, actor, change))
    return leave
