"""Writing management responses."""

from datetime import date, datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.keys import parse_key
from changes.models import ChangeRequest, Person
from changes.queries.policies import reporting_date
from changes.roles import Act
from changes.vocabulary import PersonKind
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.steps import check_may, check_time
from evidence.exceptions.answers import reference_of
from evidence.exceptions.register import found
from evidence.models import ManagementResponse
from evidence.packages.collect import Setting

REQUIRED = {
    "cause": "Say what caused it.",
    "response": "Say what management does about it.",
}


@transaction.atomic
def answer_exception(
    *,
    setting: Setting,
    reference: str,
    cause: str,
    response: str,
    owner: Person,
    due_on: date,
    is_done: bool,
    actor: Person,
    at: datetime,
    impact: str = "",
    compensating_control: str = "",
    retest: str = "",
) -> ManagementResponse:
    """What management says of a deviation; the newest answer counts. Whole answers pass letter O.

    Refuses a person who is not compliance, an exception that the record does not show, blank
    texts, an owner who is no active person, and a day that has passed unless it is done.
    """
    check_may(actor, Act.ANSWER_EXCEPTION)
    check_time(at)
    _check(cause, response, owner, due_on, at, is_done=is_done)
    change = _change_of(setting, reference)
    answer = ManagementResponse.objects.create(
        quarter=str(setting.quarter),
        reference=reference,
        cause=cause.strip(),
        response=response.strip(),
        impact=impact.strip(),
        compensating_control=compensating_control.strip(),
        retest=retest.strip(),
        owner=owner,
        due_on=due_on,
        is_done=is_done,
        written_by=actor,
        written_at=at,
    )
    announce(Announcement("exception.answered", answer, at, actor, change))
    return answer


def _change_of(setting: Setting, reference: str) -> ChangeRequest | None:
    """The change that the exception is about, if any. Refuses what is no exception."""
    rows = ({"key": "", **row} for row in found(setting))
    row = next((row for row in rows if reference_of(row, setting.quarter) == reference), None)
    if row is None:
        said = f"'{reference[:100]}' is no exception of {setting.quarter}"
        raise NotNow(f"{said}: there is nothing to answer.")
    return ChangeRequest.objects.filter(number=parse_key(row["key"]) or 0).first()


def _check(
    cause: str, response: str, owner: Person, due_on: date, at: datetime, *, is_done: bool
) -> None:
    texts = {"cause": cause, "response": response}
    wrong = {name: REQUIRED[name] for name, text in texts.items() if not text.strip()}
    if not owner.is_active or owner.kind != PersonKind.HUMAN:
        wrong["owner"] = f"{owner.name} cannot own it: an active person does."
    if due_on < reporting_date(at) and not is_done:
        wrong["due_on"] = f"{due_on} has passed: give a day to come, or say that it is done."
    if wrong:
        raise Invalid(wrong)
