from django.db import models
from django.db.models import UniqueConstraint

from changes.models.constraints import not_blank, one_of
from changes.vocabulary import DeliveryState, HookSource, choices


class Delivery(models.Model):
    """A webhook as it came; never edited. What came of it stands in its job."""

    source = models.CharField(max_length=12, choices=choices(HookSource))
    delivery_id = models.CharField(max_length=100)
    event = models.CharField(max_length=60)
    content_type = models.CharField(max_length=40)
    raw_body = models.BinaryField()
    body_sha256 = models.CharField(max_length=64, db_index=True)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-pk"]
        constraints = [
            one_of("source", HookSource, model="delivery"),
            not_blank("delivery_id", model="delivery"),
            UniqueConstraint(fields=["source", "delivery_id"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.delivery_id}"


class DeliveryJob(models.Model):
    """The handling of one delivery: a row first, whatever becomes of the messages of the broker.

    `heartbeat_at` is when it was last announced or taken up.
    """

    delivery = models.OneToOneField(
        Delivery, on_delete=models.PROTECT, related_name="job", primary_key=True
    )
    state = models.CharField(
        max_length=10, choices=choices(DeliveryState), default=DeliveryState.WAITING.value
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    sentence = models.TextField(blank=True)
    replay_of = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, null=True, related_name="replays"
    )
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["heartbeat_at"],
                name="delivery_job_waiting",
                condition=models.Q(state=DeliveryState.WAITING.value),
            )
        ]
        constraints = [one_of("state", DeliveryState, model="delivery_job")]

    def __str__(self) -> str:
        return f"{self.delivery}: {self.state}"


class RefusedDelivery(models.Model):
    """A line of the log for what was not let in. Nothing of the body is kept: nobody proved
    who sent it. Only the latest lines are kept.
    """

    source = models.CharField(max_length=12, choices=choices(HookSource))
    delivery_id = models.CharField(max_length=100, blank=True)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    sentence = models.TextField()
    size_bytes = models.PositiveBigIntegerField(null=True)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "refused deliveries"
        ordering = ["-pk"]
        constraints = [one_of("source", HookSource, model="refused_delivery")]

    def __str__(self) -> str:
        return f"{self.source}: {self.status} {self.code}"
