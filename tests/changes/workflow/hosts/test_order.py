"""Deliveries in any order, and however often, give the same record."""

import random
from typing import Any

import pytest
from django.db import transaction

from changes import clock
from changes.intake.hosts import PROVIDERS
from changes.models import ChangeRequest, Commit, Deployment, PullRequest, Review
from changes.vocabulary import Attribution, DeploymentOutcome, State
from changes.workflow.hosts import record_notices
from tests.changes.workflow.hosts import session
from tests.changes.workflow.hosts.record import record
from tests.changes.workflow.hosts.session import Event, life_of_a_change
from tests.factories.request import ChangeRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(db: None) -> ChangeRequest:
    return ChangeRequestFactory.create(number=1, state=State.SUBMITTED)


def tell(events: list[Event], source: str = "github") -> list[str]:
    sentences: list[str] = []
    for event, payload in events:
        notices: Any = PROVIDERS[source].read(event, payload)
        with transaction.atomic():
            sentences += record_notices(notices, received_at=clock.now())
    return sentences


def test_life_of_a_change_ends_in_its_record(change: ChangeRequest) -> None:
    tell(life_of_a_change())

    change.refresh_from_db()
    assert change.state == State.DEPLOYED
    pull = PullRequest.objects.get()
    assert (pull.change, pull.head_revision, pull.merge_revision) == (
        change,
        session.HEAD,
        session.MERGE,
    )
    assert pull.merged_at == session.moment(50)
    commits = {c.sha: (c.attribution, c.on_production_branch) for c in Commit.objects.all()}
    assert commits == {
        session.FIRST: (Attribution.MERGE_COMMIT, True),
        session.HEAD: (Attribution.MERGE_COMMIT, True),
        session.MERGE: (Attribution.MERGE_SUBJECT, True),
        session.STRAY: (Attribution.NONE, True),
    }
    assert [(r.person.name, r.state) for r in Review.objects.order_by("submitted_at")] == [
        ("priya", "changes_requested"),
        ("priya", "approved"),
        ("hedda", "approved"),
    ]
    deployments = Deployment.objects.order_by("started_at")
    assert [(d.external_id, d.outcome, d.change) for d in deployments] == [
        ("github:11", DeploymentOutcome.FAILED, change),
        ("github:12", DeploymentOutcome.SUCCEEDED, change),
        ("github:13", DeploymentOutcome.SUCCEEDED, None),
    ]


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_repetition_give_the_same_record(
    seed: int, change: ChangeRequest
) -> None:
    events = life_of_a_change()
    with transaction.atomic():
        tell(events)
        expected = record()
        transaction.set_rollback(True)
    chance = random.Random(seed)
    shuffled = [*events, *chance.sample(events, 8)]
    chance.shuffle(shuffled)

    tell(shuffled)

    assert record() == expected


def test_backwards(change: ChangeRequest) -> None:
    events = life_of_a_change()
    with transaction.atomic():
        tell(events)
        expected = record()
        transaction.set_rollback(True)

    tell(events[::-1])

    assert record() == expected
