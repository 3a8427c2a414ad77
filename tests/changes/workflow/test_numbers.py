"""Change numbers have no gaps: not after a failure, not with many writers at once."""

import pytest
from django.db import transaction

from changes.models import ChangeRequest, Person
from changes.workflow.refusals import Invalid
from changes.workflow.requests import draft_request, next_numbers
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.people import an_engineer


def draft(actor: Person, title: str = "Sort the pages") -> ChangeRequest:
    return draft_request(actor=actor, at=times.DRAFTED, values={"title": title})


def numbers() -> list[int]:
    return sorted(ChangeRequest.objects.values_list("number", flat=True))


@pytest.mark.django_db
def test_numbers_follow_one_another() -> None:
    actor = an_engineer()

    keys = [draft(actor).key for _ in range(3)]

    assert keys == ["CHG-000001", "CHG-000002", "CHG-000003"]


@pytest.mark.django_db
def test_number_of_a_refused_draft_is_not_lost() -> None:
    actor = an_engineer()
    draft(actor)
    with pytest.raises(Invalid):
        draft(actor, title="")

    draft(actor)

    assert numbers() == [1, 2]


@pytest.mark.django_db
def test_number_of_a_transaction_that_rolls_back_is_not_lost() -> None:
    actor = an_engineer()
    with transaction.atomic():
        draft(actor)
        transaction.set_rollback(True)

    draft(actor)

    assert numbers() == [1]


@pytest.mark.django_db
def test_numbers_may_be_taken_many_at_once() -> None:
    taken = [list(next_numbers(count)) for count in (1, 3, 1)]

    assert taken == [[1], [2, 3, 4], [5]]


@pytest.mark.postgres
def test_numbers_have_no_gaps_under_concurrent_writers(committed_db: None) -> None:
    actor = an_engineer()

    def write(writer: int) -> None:
        for attempt in range(6):
            with transaction.atomic():
                draft(actor)
                transaction.set_rollback((writer + attempt) % 3 == 0)

    answers = at_once(write, range(8))

    kept = sum((writer + attempt) % 3 != 0 for writer in range(8) for attempt in range(6))
    assert (answers, numbers()) == ([None] * 8, list(range(1, kept + 1)))
