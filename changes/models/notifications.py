from django.db import models
from django.db.models import CheckConstraint, Q

from changes.models.constraints import not_blank, one_of
from changes.models.people import Person
from changes.models.request import ChangeRequest
from changes.vocabulary import Channel, NotificationState, Occasion, choices

MODEL = "notification"


class Notification(models.Model):
    """One message to one recipient about one thing. `key` says which, so none is made twice.

    `recipient` is None for the webhook. `answer` is what the other side said last.
    """

    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=10, choices=choices(Channel))
    occasion = models.CharField(max_length=10, choices=choices(Occasion))
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    path = models.CharField(max_length=200, help_text="Where to look, below the portal's address.")
    state = models.CharField(
        max_length=12, choices=choices(NotificationState), default=NotificationState.QUEUED.value
    )
    queued_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["queued_at", "pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="notification_due", condition=Q(state="queued")
            )
        ]
        constraints = [
            one_of("channel", Channel, model=MODEL),
            one_of("occasion", Occasion, model=MODEL),
            one_of("state", NotificationState, model=MODEL),
            not_blank("key", model=MODEL),
            not_blank("text", model=MODEL),
            CheckConstraint(
                name="notification_email_has_a_recipient",
                condition=~Q(channel=Channel.EMAIL.value) | Q(recipient__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text
