from django.db import models

from changes.models.catalogue import System
from changes.models.constraints import in_order, not_blank
from changes.models.people import Person
from changes.models.request import ChangeRequest


class Freeze(models.Model):
    """From `starts_at` until just before `ends_at` the window is closed.

    It is closed for the systems named, or for all where none is named.
    """

    reason = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    systems = models.ManyToManyField(System, related_name="freezes", blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            not_blank("reason", model="freeze"),
            in_order("starts_at", "ends_at", model="freeze"),
        ]

    def __str__(self) -> str:
        return self.reason


class WindowException(models.Model):
    """Leave to deploy one change outside the window, given beforehand by another person."""

    change = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, related_name="window_exceptions"
    )
    reason = models.TextField()
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        ordering = ["approved_at", "pk"]
        constraints = [
            not_blank("reason", model="window_exception"),
            in_order("approved_at", "valid_until", model="window_exception"),
        ]

    def __str__(self) -> str:
        return f"{self.change}: window exception"
