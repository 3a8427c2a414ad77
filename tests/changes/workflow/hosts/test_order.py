"""Deliveries in any order, and however often, give the same record."""

import random
from typing import Any

import pytest
from django.db import transaction

from changes import clock
from changes.intake.hosts import PROVIDERS
from changes.models import Alert, ChangeRequest, Commit, Deployment, PullRequest, Review
from changes.vocabulary import Attribution, DeploymentOutcome, State
from changes.workflow.hosts import record_notices
from changes.workflow.refusals import Invalid
from tests.changes.workflow.hosts import session
from tests.changes.workflow.hosts.record import record
from tests.changes.workflow.hosts.session import Event, life_of_a_change

pytestmark = pytest.mark.django_db


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


def fire(status: str, ends_at: str = "0001-01-01T00:00:00Z") -> list[Event]:
    alert = {
        "status": status,
        "labels": {"alertname": "HighErrorRate", "repository": "orca/portal"},
        "annotations": {"summary": "Three of a hundred fail."},
        "startsAt": session.at(72),
        "endsAt": ends_at,
        "fingerprint": "a1bc48475b20e73d",
    }
    return [("alerts", {"version": "4", "status": status, "alerts": [alert]})]


@pytest.mark.parametrize("is_first", [True, False], ids=["alert first", "deployment first"])
def test_alert_is_tied_to_its_deployment_whichever_comes_first(
    is_first: bool, change: ChangeRequest
) -> None:
    life = life_of_a_change()
    if is_first:
        tell(fire("firing"), "alertmanager")
        tell(life)
    else:
        tell(life)
        tell(fire("firing"), "alertmanager")
    tell(fire("resolved", session.at(78)), "alertmanager")
    tell(fire("firing"), "alertmanager")

    alert = Alert.objects.get()
    assert alert.deployment == Deployment.objects.get(external_id="github:12")
    assert (alert.trigger, alert.ends_at) == ("error_rate", session.moment(78))


def test_two_deliveries_of_different_hosts_do_not_meet(change: ChangeRequest) -> None:
    """A repository of the same name at another host is refused, not mixed up."""
    tell(life_of_a_change()[:1])
    elsewhere = session.REPOSITORY | {"html_url": "https://git.example/orca/portal"}
    event, payload = life_of_a_change()[0]

    with pytest.raises(Invalid, match=r"is known at github\.com, not at git\.example"):
        tell([(event, payload | {"repository": elsewhere})])
