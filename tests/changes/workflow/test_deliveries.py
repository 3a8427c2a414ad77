from datetime import datetime, timedelta

import pytest

from changes import clock
from changes.intake.bodies import Malformed
from changes.models import Delivery, DeliveryJob, RefusedDelivery
from changes.vocabulary import DeliveryState, HookSource, Role
from changes.workflow import deliveries
from changes.workflow.deliveries import (
    ATTEMPTS_MAXIMUM,
    GAVE_UP,
    handle_delivery,
    handle_waiting_deliveries,
    printable,
    receive_delivery,
    refuse_delivery,
    retry_delivery,
)
from changes.workflow.refusals import NotNow, NotPermitted
from evidence.models import Event
from tests.factories.inbox import DeliveryJobFactory
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


def received(body: bytes = b"{}", key: str = "one") -> Delivery:
    _, delivery = receive_delivery(
        source=HookSource.GITHUB,
        delivery_id=key,
        event="ping",
        content_type="application/json",
        body=body,
        at=clock.now(),
    )
    return delivery


def test_handled_once_however_often_a_worker_is_woken() -> None:
    delivery = received()

    for _ in range(10):
        handle_delivery(delivery.pk)

    job = DeliveryJob.objects.get()
    assert (job.state, job.attempts) == (DeliveryState.IGNORED, 1)
    told = list(Event.objects.values_list("type", flat=True))
    assert told == ["delivery.received", "delivery.ignored"]


def test_sweep_takes_up_what_waits(now: datetime) -> None:
    received(b'{"a": 1}', "old")
    with clock.simulated(now + timedelta(seconds=11)):
        received(b'{"a": 2}', "fresh")

        assert handle_waiting_deliveries() == 1

    states = dict(DeliveryJob.objects.values_list("delivery__delivery_id", "state"))
    assert states == {"old": "ignored", "fresh": "waiting"}


def test_delivery_that_cannot_be_read_is_kept_as_failed() -> None:
    delivery = received(b"{")

    handle_delivery(delivery.pk)

    job = DeliveryJob.objects.get()
    assert job.state == DeliveryState.FAILED
    assert job.sentence.startswith("The body is not JSON")


def test_delivery_that_ends_its_worker_is_given_up(now: datetime) -> None:
    job = DeliveryJobFactory.create(attempts=ATTEMPTS_MAXIMUM)

    handle_delivery(job.pk)

    job.refresh_from_db()
    assert (job.state, job.sentence, job.finished_at) == (DeliveryState.FAILED, GAVE_UP, now)


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.POLICY_ADMINISTRATOR])
def test_failed_one_is_retried(role: Role, now: datetime) -> None:
    job = DeliveryJobFactory.create(state=DeliveryState.FAILED, attempts=1, sentence="It failed.")

    retry_delivery(delivery=job.delivery, actor=PersonFactory.create(roles=[role]), at=now)
    handle_delivery(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (DeliveryState.IGNORED, 1)


def test_engineer_may_not_retry(now: datetime) -> None:
    job = DeliveryJobFactory.create(state=DeliveryState.FAILED)

    with pytest.raises(NotPermitted, match="Only compliance or policy administrator"):
        retry_delivery(
            delivery=job.delivery, actor=PersonFactory.create(roles=[Role.ENGINEER]), at=now
        )


def test_handled_one_is_not_retried(now: datetime) -> None:
    job = DeliveryJobFactory.create(state=DeliveryState.HANDLED)

    with pytest.raises(NotNow, match="is handled: only a failed one can be retried"):
        retry_delivery(
            delivery=job.delivery, actor=PersonFactory.create(roles=[Role.COMPLIANCE]), at=now
        )


def test_only_the_latest_refusals_are_kept(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "REFUSALS_KEPT", 2)
    for number in range(5):
        refuse_delivery(
            source=HookSource.GITHUB,
            refusal=Malformed(401, "unproven", "No."),  # type: ignore[arg-type] # any status will do
            at=now,
            delivery_id=str(number),
            size=None,
        )

    handle_waiting_deliveries()

    kept = RefusedDelivery.objects.values_list("delivery_id", flat=True)
    assert sorted(kept) == ["3", "4"]


def test_what_a_stranger_wrote_is_made_printable() -> None:
    assert printable("a\r\nb\x1b\xfc" + "c" * 200) == "a??b??" + "c" * 94
