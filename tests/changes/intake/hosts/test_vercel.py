"""What Vercel's envelope says of a delivery, and what comes without one."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from changes.models import Delivery, DeliveryJob
from changes.vocabulary import DeliveryState
from tests.hooks import SECRET, post

DELIVERY = {"id": "82nS5bZDY6JqnyQQ9SEfq", "createdAt": 1698397685674, "payload": {}}
BARE: dict[str, Any] = {"team": {"id": "team_1"}, "project": {"id": "prj_1", "name": "site"}}


@pytest.fixture(autouse=True)
def _hooks(settings: Settings, eager_celery: None, db: None) -> None:
    settings.VERCEL_WEBHOOK_SECRETS = [SECRET]


def test_one_id_under_two_types_is_two_deliveries() -> None:
    types = ["deployment.ready", "deployment.succeeded", "deployment.ready"]

    answers = [post({**DELIVERY, "type": t}, source="vercel").status_code for t in types]

    assert answers == [202, 202, 200]


def test_same_event_with_another_body_is_a_conflict() -> None:
    one = {**DELIVERY, "type": "deployment.ready"}

    answers = [post({**one, "region": r}, source="vercel").status_code for r in ("iad1", "fra1")]

    assert answers == [202, 409]


def test_body_without_an_envelope_is_kept_as_ignored() -> None:
    answers = [post(BARE, source="vercel").status_code for _ in range(2)]

    assert answers == [202, 200]
    assert Delivery.objects.get().event == "(no type)"
    job = DeliveryJob.objects.get()
    assert (job.state, job.sentence) == (
        DeliveryState.IGNORED,
        "The portal has no use for '(no type)'.",
    )
