"""Clocks differ: a delivery whose moment is still to come waits, and fails only far ahead."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from changes import clock
from changes.models import Commit, Delivery, DeliveryJob, Deployment
from changes.vocabulary import DeliveryState, HookSource
from changes.workflow.deliveries import (
    ATTEMPTS_MAXIMUM,
    handle_delivery,
    handle_waiting_deliveries,
    receive_delivery,
)
from tests.changes.workflow.hosts import session

pytestmark = pytest.mark.django_db


def received(told: tuple[str, dict[str, Any]]) -> Delivery:
    event, payload = told
    _, delivery = receive_delivery(
        source=HookSource.GITHUB,
        delivery_id="one",
        event=event,
        content_type="application/json",
        body=json.dumps(payload).encode(),
        at=clock.now(),
    )
    return delivery


def deployed(at: datetime) -> tuple[str, dict[str, Any]]:
    event, payload = session.deployed(1, 60)
    payload["deployment"]["created_at"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return event, payload


def test_delivery_of_a_clock_ahead_waits_for_its_moment(now: datetime) -> None:
    ahead = now + timedelta(minutes=5)
    delivery = received(deployed(ahead))

    for _ in range(ATTEMPTS_MAXIMUM + 1):
        handle_delivery(delivery.pk)

    job = DeliveryJob.objects.get()
    assert (job.state, job.attempts, job.heartbeat_at) == (DeliveryState.WAITING, 0, ahead)
    assert "clock is ahead" in job.sentence
    assert not Deployment.objects.exists()
    with clock.simulated(ahead + timedelta(seconds=11)):
        assert handle_waiting_deliveries() == 1
    job.refresh_from_db()
    assert (job.state, job.sentence) == (DeliveryState.HANDLED, "")
    assert Deployment.objects.get().started_at == ahead


def test_delivery_from_far_ahead_fails(now: datetime) -> None:
    handle_delivery(received(deployed(now + timedelta(minutes=5, seconds=1))).pk)

    job = DeliveryJob.objects.get()
    assert job.state == DeliveryState.FAILED
    assert job.sentence.endswith("is in the future.")


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=400)])
def test_commit_that_is_dated_after_it_came_keeps_no_push_out(
    ahead: timedelta, now: datetime
) -> None:
    late = {"timestamp": (now + ahead).isoformat()}
    push = session.push(
        "main",
        session.HEAD,
        session.commit(session.FIRST, 5, "Begin"),
        session.commit(session.HEAD, 6, "Go on") | late,
    )

    handle_delivery(received(push).pk)

    assert DeliveryJob.objects.get().state == DeliveryState.HANDLED
    times = dict(Commit.objects.values_list("sha", "committed_at"))
    assert times == {session.FIRST: session.moment(5), session.HEAD: now}
