"""Webhooks: kept before they are answered, then handled once each.

A delivery and its job are one transaction. Handling is another: what it makes of the record and
the state of the job are committed together, so a worker that is killed has done nothing, and
the job still waits. Wakes may be lost or doubled; the sweep takes up what waits.
"""

import hashlib
import logging
from datetime import datetime, timedelta
from enum import Enum

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from changes import clock
from changes.announcements import Announcement, announce
from changes.intake.bodies import Malformed, json_of
from changes.intake.hosts import PROVIDERS
from changes.models import Delivery, DeliveryJob, Person, RefusedDelivery
from changes.roles import Act
from changes.vocabulary import DeliveryState, HookSource
from changes.workflow.hosts import record_notices
from changes.workflow.refusals import Early, NotNow, Refusal
from changes.workflow.steps import check_may

logger = logging.getLogger(__name__)
ATTEMPTS_MAXIMUM = 5
ANNOUNCED_AGAIN_AFTER = timedelta(seconds=10)
REFUSALS_KEPT = 10_000
CLOCKS_DIFFER_BY = timedelta(minutes=5)
GAVE_UP = (
    f"Its handling ended without an answer {ATTEMPTS_MAXIMUM} times: look into the workers' log."
)
UNEXPECTED = "The portal could not handle it ({}): the workers' log says more."


class Receipt(Enum):
    NEW = "new"
    REPEATED = "repeated"
    CONFLICT = "conflict"


def receive_delivery(
    *,
    source: HookSource,
    delivery_id: str,
    event: str,
    content_type: str,
    body: bytes,
    at: datetime,
) -> tuple[Receipt, Delivery]:
    """Committed when this returns, with an event that holds the digest of the body. The same id
    again is the same delivery, if the body is.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            delivery = Delivery.objects.create(
                source=source,
                delivery_id=delivery_id,
                event=event,
                content_type=content_type,
                raw_body=body,
                body_sha256=sha256,
                received_at=at,
            )
            DeliveryJob.objects.create(delivery=delivery, heartbeat_at=at)
            announce(Announcement("delivery.received", delivery, at))
    except IntegrityError:
        known = Delivery.objects.defer("raw_body").get(source=source, delivery_id=delivery_id)
        same = known.body_sha256 == sha256
        return (Receipt.REPEATED if same else Receipt.CONFLICT), known
    return Receipt.NEW, delivery


def refuse_delivery(
    *, source: HookSource, refusal: Malformed, at: datetime, delivery_id: str, size: int | None
) -> RefusedDelivery:
    """A line in the log; nothing else of it is kept."""
    return RefusedDelivery.objects.create(
        source=source,
        delivery_id=printable(delivery_id),
        status=refusal.status,
        code=refusal.code,
        sentence=refusal.sentence,
        size_bytes=size,
        received_at=at,
    )


def handle_delivery(delivery_pk: int) -> None:
    """Does nothing where another worker has it or had it."""
    waiting = DeliveryJob.objects.filter(pk=delivery_pk, state=DeliveryState.WAITING)
    # Counted outside: a delivery that ends its worker each time is given up one day.
    if not waiting.update(attempts=F("attempts") + 1, heartbeat_at=clock.now()):
        return
    with transaction.atomic():
        job = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if job is None:
            return
        if job.attempts > ATTEMPTS_MAXIMUM:
            job.state, job.sentence = DeliveryState.FAILED, GAVE_UP
        else:
            try:
                job.state, job.sentence = _handled(job)
            except Early as early:
                _wait_until(job, early.at)
                return
        job.finished_at = clock.now()
        job.save()
        announce(
            Announcement(
                f"delivery.{job.state}",
                job.delivery,
                job.delivery.received_at,
                details={"attempts": job.attempts},
            )
        )


def handle_waiting_deliveries(limit: int = 1000) -> int:
    """The sweep: whatever nobody was told of, or whose worker fell silent."""
    patience = clock.now() - ANNOUNCED_AGAIN_AFTER
    waiting = DeliveryJob.objects.filter(state=DeliveryState.WAITING, heartbeat_at__lt=patience)
    due = list(waiting.order_by("heartbeat_at", "pk").values_list("pk", flat=True)[:limit])
    for pk in due:
        handle_delivery(pk)
    _forget_old_refusals()
    return len(due)


@transaction.atomic
def retry_delivery(*, delivery: Delivery, actor: Person, at: datetime) -> DeliveryJob:
    """A failed one waits again, as if it had just come."""
    check_may(actor, Act.RETRY_DELIVERY)
    job = DeliveryJob.objects.select_for_update().get(pk=delivery.pk)
    if job.state != DeliveryState.FAILED:
        raise NotNow(f"This delivery is {job.state}: only a failed one can be retried.")
    job.state, job.sentence, job.attempts = DeliveryState.WAITING, "", 0
    job.finished_at, job.heartbeat_at = None, at
    job.save()
    announce(Announcement("delivery.retried", delivery, at, actor))
    return job


def printable(text: str) -> str:
    """What a stranger wrote, for the log: short, on one line, and of ASCII."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text[:100])


def _handled(job: DeliveryJob) -> tuple[DeliveryState, str]:
    """What became of it; a failure leaves nothing behind but its sentence."""
    try:
        with transaction.atomic():
            return _record(job)
    except Early as early:
        if early.at - job.delivery.received_at <= CLOCKS_DIFFER_BY:
            raise
        return DeliveryState.FAILED, str(early)
    except (Malformed, Refusal) as refusal:
        return DeliveryState.FAILED, str(refusal)
    except DatabaseError:
        raise  # not the delivery's fault: it waits
    except Exception as error:
        logger.exception("Handling %s failed.", job.delivery)
        return DeliveryState.FAILED, UNEXPECTED.format(type(error).__name__)


def _wait_until(job: DeliveryJob, at: datetime) -> None:
    """It waits as if it were to come then: the sweep takes it up."""
    job.sentence = f"The sender's clock is ahead: it is handled after {at:%H:%M:%S} UTC."
    job.attempts, job.heartbeat_at = 0, at
    job.save()


def _record(job: DeliveryJob) -> tuple[DeliveryState, str]:
    delivery = job.delivery
    job.replay_of = _original(delivery)
    if job.replay_of:
        return (
            DeliveryState.IGNORED,
            f"A replay: the same body came as {job.replay_of.delivery_id}.",
        )
    payload = json_of(bytes(delivery.raw_body), delivery.content_type)
    notices = PROVIDERS[delivery.source].read(delivery.event, payload)
    if notices is None:
        return DeliveryState.IGNORED, f"The portal has no use for '{delivery.event}'."
    return DeliveryState.HANDLED, " ".join(
        record_notices(notices, received_at=delivery.received_at)
    )


def _original(delivery: Delivery) -> Delivery | None:
    """A signature covers neither id nor time, so a body may be sent again under another id."""
    same = Delivery.objects.filter(source=delivery.source, body_sha256=delivery.body_sha256)
    return same.filter(pk__lt=delivery.pk).defer("raw_body").order_by("pk").first()


def _forget_old_refusals() -> None:
    oldest = RefusedDelivery.objects.order_by("-pk").values_list("pk", flat=True)
    cut = oldest[REFUSALS_KEPT : REFUSALS_KEPT + 1].first()
    if cut is not None:
        RefusedDelivery.objects.filter(pk__lte=cut).delete()
