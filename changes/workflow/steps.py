"""What every workflow command does first and last: lock, judge, save, announce."""

from datetime import datetime

from changes import clock
from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Person
from changes.permissions import why_may_not, why_may_not_take
from changes.queries.judgements import Judgement, judgement_of
from changes.roles import Act
from changes.states import STEPS, Action
from changes.vocabulary import PersonKind
from changes.workflow.refusals import Early, Invalid, NotNow, NotPermitted

# Whatever is reported of an earlier year is a clock that was never set. Commits may be older.
EARLIEST_YEAR, EARLIEST_COMMIT_YEAR = 2000, 1970


def locked(request: ChangeRequest) -> ChangeRequest:
    """The row as it is now, held until the transaction ends."""
    return ChangeRequest.objects.select_for_update().get(pk=request.pk)


def begin(request: ChangeRequest, action: Action, actor: Person, at: datetime) -> ChangeRequest:
    """Lock the change; refuse what the table of states does not allow this person now."""
    check_time(at)
    change = locked(request)
    step = STEPS[action]
    refusal = why_may_not_take(actor, action, change)
    if refusal:
        may_at_all = actor.roles & step.who and actor.kind == PersonKind.HUMAN
        raise (
            NotNow
            if may_at_all and change.state not in step.starts(change.origin)
            else NotPermitted
        )(refusal)
    if at < (change.submitted_at or change.drafted_at):
        raise Invalid({"at": f"{at.isoformat()} is before {change.key} came to be."})
    return change


def check_may(actor: Person, act: Act) -> None:
    refusal = why_may_not(actor, act)
    if refusal:
        raise NotPermitted(refusal)


def check_rules(change: ChangeRequest, action: Action, at: datetime) -> Judgement:
    """Refuse with the sentence of the first rule that the step needs and that is not clear."""
    judgement = judgement_of(change, at)
    for rule in STEPS[action].rules:
        finding = judgement.finding(rule)
        if finding.is_open:
            raise NotNow(finding.sentence)
    return judgement


def enter(change: ChangeRequest, action: Action) -> None:
    """Set the state that the table names for the action."""
    to = STEPS[action].to
    if to is not None:
        change.state = to


def save(
    change: ChangeRequest, action: Action, actor: Person | None, at: datetime, **details: object
) -> None:
    """Save the change and announce it in one go."""
    change.save()
    announce(
        Announcement(
            type=f"change.{action}",
            record=change,
            occurred_at=at,
            actor=actor,
            change=change,
            details={"state": change.state, **details},
        )
    )


def check_time(at: datetime, earliest_year: int = EARLIEST_YEAR) -> None:
    """Refused before that year and in the future; a time without a zone is no time."""
    if at.tzinfo is None:
        raise Invalid({"at": f"{at} has no time zone: add Z or an offset."})
    if at.year < earliest_year:
        raise Invalid({"at": f"{at:%Y-%m-%d} is before {earliest_year}."})
    if at > clock.now():
        raise Early(at)
