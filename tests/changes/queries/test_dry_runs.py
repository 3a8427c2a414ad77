from datetime import UTC, date, datetime, time

import pytest
from pytest_django import DjangoAssertNumQueries

from changes.models import PolicyVersion
from changes.quarters import Quarter
from changes.queries.dry_runs import dry_run, last_quarter
from changes.vocabulary import PolicyState, Verdict
from tests.factories.policy import PolicyVersionFactory
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db
AFTER, QUARTER = datetime(2026, 10, 1, tzinfo=UTC), Quarter(2026, 3)


def proposal(**figures: object) -> PolicyVersion:
    values = {"state": PolicyState.PROPOSED, "approved_at": None, **figures}
    return PolicyVersionFactory.build(version="9.9", effective_on=date(2026, 12, 1), **values)


def test_dry_run_lists_key_rule_and_both_sentences() -> None:
    change = make_story().pass_gates().approve().deploy().change

    run = dry_run(proposal(window_closes=time(11)), QUARTER, AFTER)

    assert run.sentence == "This edit would fail 1 change of the 1 of 2026Q3."
    assert [(row.change, [flip.rule for flip in row.flips]) for row in run.would_fail] == [
        (change, ["deployed_inside_window"])
    ]
    flip = run.would_fail[0].flips[0]
    assert (flip.before.verdict, flip.after.verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert flip.before.sentence.endswith("inside the window.")
    assert "10:00 to 11:00" in flip.after.sentence


def test_dry_run_of_an_empty_quarter_says_so() -> None:
    run = dry_run(proposal(), QUARTER, AFTER)

    assert run.sentence == "This edit would fail no changes of the 0 of 2026Q3."


def test_dry_run_makes_as_many_queries_for_three_as_for_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_story().pass_gates().approve().deploy()
    with django_assert_max_num_queries(40) as one:
        dry_run(proposal(), QUARTER, AFTER)
    for _ in range(2):
        make_story().pass_gates().approve().deploy()
    with django_assert_max_num_queries(len(one)):
        dry_run(proposal(), QUARTER, AFTER)


@pytest.mark.parametrize(
    ("at", "quarter"),
    [
        (datetime(2026, 9, 30, 23, 59, tzinfo=UTC), "2026Q2"),
        (datetime(2026, 10, 1, tzinfo=UTC), "2026Q3"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2026Q4"),
    ],
)
def test_last_quarter_is_the_last_that_is_over(at: datetime, quarter: str) -> None:
    assert str(last_quarter(at)) == quarter
