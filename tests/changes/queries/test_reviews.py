from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from changes.models import PostIncidentReview
from changes.queries.reviews import due_on, policy_reviews, reviews_to_hold
from changes.vocabulary import Category, Verdict
from changes.workflow.learning import open_post_incident_review
from tests.factories import times
from tests.factories.policy import PolicyReviewFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db


def emergency() -> Story:
    return make_story(category=Category.EMERGENCY).pass_gates().approve_emergency().deploy()


def test_quarters_to_review_begin_with_the_first_change() -> None:
    make_story()
    PolicyReviewFactory.create(quarter="2026Q4", reviewed_at=datetime(2026, 12, 1, tzinfo=UTC))

    found = policy_reviews(datetime(2026, 12, 2, tzinfo=UTC))

    assert [(str(row.quarter), row.finding.verdict, row.is_overdue) for row in found] == [
        ("2026Q4", Verdict.PASSED, False),
        ("2026Q3", Verdict.FAILED, True),
    ]


def test_an_empty_record_asks_for_this_quarter_only() -> None:
    found = policy_reviews(times.NOW)
    assert [(str(row.quarter), row.finding.verdict) for row in found] == [
        ("2026Q3", Verdict.WAITING)
    ]


def test_review_signed_late_is_an_exception_and_no_longer_overdue() -> None:
    make_story()
    PolicyReviewFactory.create(quarter="2026Q3", reviewed_at=datetime(2026, 10, 2, tzinfo=UTC))

    last = policy_reviews(datetime(2026, 10, 3, tzinfo=UTC))[1]

    assert (last.finding.verdict, last.is_overdue) == (Verdict.FAILED, False)


def test_emergency_whose_review_nobody_opened_is_due_all_the_same() -> None:
    change = emergency().change
    day = date(2026, 7, 21)  # five working days after Tuesday, 14 July

    on_time = reviews_to_hold(datetime(2026, 7, 22, 6, tzinfo=UTC))  # still the 21st in Los Angeles
    late = reviews_to_hold(datetime(2026, 7, 22, 7, tzinfo=UTC))

    assert [(r.change, r.due_on, r.is_open, r.is_overdue) for r in on_time + late] == [
        (change, day, False, False),
        (change, day, False, True),
    ]


def test_opened_review_is_due_by_its_incident_and_gone_once_held() -> None:
    story = emergency()
    review = open_post_incident_review(
        request=story.change,
        actor=story.requester,
        at=times.NOW,
        incident_at=times.DRAFTED - timedelta(days=1),
    )

    row = reviews_to_hold(times.NOW)[0]
    PostIncidentReview.objects.filter(pk=review.pk).update(held_at=times.NOW)

    assert (row.due_on, row.is_open) == (date(2026, 7, 20), True)
    assert reviews_to_hold(times.NOW) == []


def test_emergency_that_was_never_deployed_is_not_reviewed() -> None:
    make_story(category=Category.EMERGENCY)
    assert reviews_to_hold(times.NOW) == []


def test_due_day_leaves_out_holidays_of_the_policy() -> None:
    assert due_on(datetime(2026, 9, 4, 18, tzinfo=UTC)) == date(2026, 9, 14)


def test_reviews_to_hold_make_as_many_queries_for_three_as_for_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    emergency()
    with django_assert_max_num_queries(20) as one:
        reviews_to_hold(times.NOW)
    for _ in range(2):
        emergency()
    with django_assert_max_num_queries(len(one)):
        assert len(reviews_to_hold(times.NOW)) == 3
