"""Which quarters the record has: of changes, of commits and of deployments."""

from datetime import UTC, datetime

import pytest

from changes.quarters import Quarter
from changes.queries.quarters import newest_begun, quarters_seen
from tests.factories.rollout import DeploymentFactory
from tests.factories.source import CommitFactory

pytestmark = pytest.mark.django_db
Q2, Q3, Q4 = (Quarter(2026, number) for number in (2, 3, 4))


def test_without_any_record_there_is_no_quarter() -> None:
    assert quarters_seen() == []


def test_quarters_reach_from_the_newest_to_the_oldest_of_whatever_happened() -> None:
    CommitFactory.create(committed_at=datetime(2026, 10, 1, tzinfo=UTC))
    DeploymentFactory.create(change=None, started_at=datetime(2026, 6, 30, 23, 59, tzinfo=UTC))

    assert quarters_seen() == [Q4, Q3, Q2]


def test_a_commit_that_is_still_on_its_way_opens_no_quarter() -> None:
    CommitFactory.create(committed_at=datetime(2026, 10, 1, tzinfo=UTC), on_production_branch=False)

    assert quarters_seen() == []


def test_a_quarter_that_has_not_begun_is_not_shown_first() -> None:
    assert newest_begun([Q4, Q3], current=Q3) == Q3
    assert newest_begun([Q2], current=Q4) == Q2
    assert newest_begun([], current=Q4) == Q4
