"""Alerts as rollback triggers: recorded, halted, rolled back, called for; once."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from changes import clock
from changes.intake.hosts import PROVIDERS
from changes.models import (
    Alert,
    Notification,
    Rollback,
    RollbackCall,
    RolloutHalt,
    TriggerFiring,
)
from changes.vocabulary import DeploymentOutcome, RollbackTrigger
from changes.workflow.hosts import record_notices
from changes.workflow.reports import report_deployment_finished
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(settings: Settings) -> Story:
    settings.ROLLBACK_EXECUTOR_URL = "https://deploy.example/roll-back"
    settings.NOTIFY_WEBHOOK_URL = "https://chat.example/hook"
    settings.ROLLBACK_EXECUTOR_SECRET = "shared"
    return make_story().pass_gates().approve().start()


def alert(story: Story, status: str = "firing", **labels: str) -> dict[str, Any]:
    starts_at = story.deployment.started_at + timedelta(minutes=3)
    return {
        "status": status,
        "labels": {"alertname": "HighErrorRate", "change": story.change.key, **labels},
        "annotations": {"summary": "Three of a hundred fail.", "value": "3.1 %"},
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(minutes=4)).isoformat(),
        "fingerprint": "a1bc48475b20e73d",
    }


def tell(*alerts: dict[str, Any]) -> list[str]:
    said: list[str] = []
    for one in alerts:
        notices = PROVIDERS["alertmanager"].read(
            "alerts", {"status": one["status"], "alerts": [one]}
        )
        with transaction.atomic():
            said += record_notices(notices or [], received_at=clock.now())
    return said


def test_alert_does_what_a_trigger_does(story: Story) -> None:
    assert tell(alert(story)) == []

    firing, rollback = TriggerFiring.objects.get(), Rollback.objects.get()
    assert (firing.trigger, firing.deployment) == (RollbackTrigger.ALERT, story.deployment)
    assert firing.span_starts_at == firing.fired_at == Alert.objects.get().starts_at
    assert firing.observed["labels"] == [
        "alertname=HighErrorRate",
        f"change={story.change.key}",
    ]
    assert Alert.objects.get().annotations["value"] == "3.1 %"
    assert Alert.objects.get().firing == firing
    assert (rollback.trigger, rollback.finished_at) == (RollbackTrigger.ALERT, None)
    assert rollback.reason.endswith("UTC: Three of a hundred fail.")
    assert RolloutHalt.objects.get().reason == rollback.reason
    assert RollbackCall.objects.get().rollback == rollback
    assert Notification.objects.filter(occasion="fired").exists()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_once_in_any_order_and_however_often(order: tuple[int, ...], story: Story) -> None:
    told = [alert(story), alert(story), alert(story, "resolved")]

    tell(*(told[place] for place in order))

    assert Alert.objects.get().ends_at is not None
    assert [m.objects.count() for m in (TriggerFiring, Rollback, RolloutHalt, RollbackCall)] == [
        1
    ] * 4


def test_resolved_alert_changes_nothing(story: Story) -> None:
    tell(alert(story, "resolved"))

    assert Alert.objects.get().deployment == story.deployment
    assert (TriggerFiring.objects.count(), Rollback.objects.count()) == (0, 0)


def test_second_alert_is_recorded_and_rolls_back_nothing_more(story: Story) -> None:
    tell(alert(story), alert(story, alertname="Slow") | {"fingerprint": "b" * 16})

    assert (TriggerFiring.objects.count(), Rollback.objects.count()) == (2, 1)


def test_alert_after_the_rollout_is_kept(story: Story) -> None:
    late = alert(story)
    report_deployment_finished(
        deployment=story.deployment,
        at=story.deployment.started_at,
        outcome=DeploymentOutcome.SUCCEEDED,
    )

    assert tell(late) == ["'HighErrorRate' belongs to a deployment that is over: it is kept."]
    assert (Alert.objects.count(), TriggerFiring.objects.count()) == (1, 0)


def test_alert_that_names_nothing_known_is_kept(story: Story) -> None:
    said = tell(alert(story, change="CHG-000999"))

    assert said == ["'HighErrorRate' names no deployment that had begun: it is kept."]
    assert (Alert.objects.get().deployment, Rollback.objects.count()) == (None, 0)
