import uuid

from django.db import models


class Event(models.Model):
    """One announcement, stored in the transaction that changed the record; never edited.

    `canonical` is the event as RFC 8785 JSON, the bytes that a later log seals.
    `occurred_at` is what is said, `received_at` when the portal heard it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=60, db_index=True)
    change_number = models.PositiveIntegerField(null=True, db_index=True)
    record = models.CharField(max_length=80)
    record_sha256 = models.CharField(max_length=64)
    actor = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)
    is_late = models.BooleanField(default=False)
    canonical = models.BinaryField()

    class Meta:
        ordering = ["received_at", "id"]
        indexes = [models.Index(fields=["change_number", "received_at"])]

    def __str__(self) -> str:
        return f"{self.type} of {self.record}"
