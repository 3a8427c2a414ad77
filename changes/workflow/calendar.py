"""Leave to deploy outside the deployment window."""

from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Person, WindowException
from changes.queries.facts import facts_of
from changes.roles import Act
from changes.vocabulary import State
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import check_may, check_time, locked

BEFORE_DEPLOYMENT = (State.DRAFT, State.SUBMITTED, State.ROLLED_BACK)


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
