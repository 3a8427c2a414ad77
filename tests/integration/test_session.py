"""A real session: what hosts post to a running portal ends in the expected record on the page."""

import http.client
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from changes.models import (
    Alert,
    ChangeRequest,
    DeliveryJob,
    Deployment,
    Rollback,
    TriggerFiring,
)
from changes.vocabulary import DeliveryState, DeploymentOutcome, Role, Scope, State
from tests.changes.workflow.hosts import session
from tests.changes.workflow.hosts.session import Event
from tests.clients import ClientAs
from tests.factories.interfaces import a_secret
from tests.factories.request import ChangeRequestFactory
from tests.hooks import SECRET, SETTINGS, body_of, headers_of


@pytest.fixture
def portal(
    settings: Settings, committed_db: None, eager_celery: None, live_server: LiveServer
) -> LiveServer:
    for name in SETTINGS:
        setattr(settings, name, [SECRET])
    return live_server


def post(portal: LiveServer, source: str, event: str, payload: Any, key: str) -> int:
    address = urlsplit(portal.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    body = body_of(payload)
    headers = {**headers_of(source, body, event, key), "Content-Type": "application/json"}
    connection.request("POST", f"/hooks/{source}/", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def post_all(portal: LiveServer, events: list[Event]) -> set[int]:
    return {
        post(portal, "github", event, payload, f"{event}-{number}")
        for number, (event, payload) in enumerate(events)
    }


def post_samples(portal: LiveServer, deployment: Deployment) -> int:
    """As monitoring does, with a token: each half minute 3 % of the requests fail."""
    secret = a_secret(Scope.DEPLOYMENTS_WRITE, name="monitoring")
    samples = [
        {
            "taken_at": (deployment.started_at + timedelta(seconds=30 * n)).isoformat(),
            "error_rate_percent": 3.0,
        }
        for n in range(1, 15)
    ]
    address = urlsplit(portal.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    path = f"/api/v1/deployments/{deployment.pk}/samples/"
    connection.request("POST", path, json.dumps(samples).encode(), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def alert() -> dict[str, Any]:
    firing = {
        "status": "firing",
        "labels": {"alertname": "HighErrorRate", "change": "CHG-000001"},
        "annotations": {"summary": "Three of a hundred requests fail."},
        "startsAt": session.at(70),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "a1bc48475b20e73d",
    }
    return {"version": "4", "status": "firing", "receiver": "orca", "alerts": [firing]}


def test_from_a_push_to_a_rollback(portal: LiveServer, client_as: ClientAs) -> None:
    change = ChangeRequestFactory.create(number=1, state=State.SUBMITTED)
    life = session.life_of_a_change()

    under_way = session.deployment_state(12, 60, "in_progress", 61)

    assert post_all(portal, [*life[:13], session.deployed(12, 60), under_way]) == {202}

    deployment = Deployment.objects.get()
    assert (deployment.change, deployment.outcome) == (change, DeploymentOutcome.RUNNING)
    assert post_samples(portal, deployment) == 201
    rollback = Rollback.objects.get()
    assert (rollback.trigger, rollback.finished_at) == ("error_rate", None)
    assert post(portal, "alertmanager", "alerts", alert(), "") == 202
    fired = TriggerFiring.objects.order_by("pk").values_list("trigger", flat=True)
    assert list(fired) == ["error_rate", "alert"]
    assert Alert.objects.get().deployment == deployment
    rolled_back = client_as(Role.ON_CALL).post(
        "/changes/CHG-000001/roll-back/",
        {"trigger": "error_rate", "reason": "Three of a hundred requests fail."},
    )

    assert rolled_back.status_code == 302
    assert ChangeRequest.objects.get().state == State.ROLLED_BACK
    assert set(DeliveryJob.objects.values_list("state", flat=True)) == {DeliveryState.HANDLED}
    page = client_as(Role.COMPLIANCE).get("/changes/CHG-000001/").content.decode()
    for shown in (
        "orca/portal#7",
        "Sort them by title",
        "priya",
        "CodeQL",
        session.MERGE[:12],
        "Rollback trigger fired (error rate): HighErrorRate",
        "Three of a hundred requests fail.",
    ):
        assert shown in page, shown
