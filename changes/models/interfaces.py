from django.db import models
from django.db.models import UniqueConstraint

from changes.models.constraints import in_order, not_blank
from changes.models.people import Person
from changes.models.request import ChangeRequest


class Token(models.Model):
    """What a machine signs in with. The secret is shown once; here is its SHA-256 alone."""

    name = models.CharField(max_length=100)
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="tokens",
        verbose_name="acts as",
        help_text="A service of its own, or the person whose roles it borrows.",
    )
    scopes = models.JSONField(default=list)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            not_blank("name", model="token"),
            not_blank("secret_sha256", model="token"),
            in_order("created_at", "expires_at", model="token"),
            in_order("created_at", "revoked_at", model="token"),
        ]

    def __str__(self) -> str:
        return self.name


class DeployGateAnswer(models.Model):
    """What the deploy gate said, to whom and when; never edited. `revision` as it was asked."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="gate_answers")
    revision = models.CharField(max_length=64, blank=True)
    allowed = models.BooleanField()
    reasons = models.JSONField(default=list)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey(Token, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.change}: {'may' if self.allowed else 'may not'} be deployed"


class KeptReply(models.Model):
    """The answer to a POST that named itself, to be given again as it was.

    Written in the transaction of what the POST did. `caller` is a token or a person.
    """

    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "kept replies"
        constraints = [
            UniqueConstraint(fields=["caller", "key"], name="reply_once_for_a_key"),
            not_blank("key", model="reply"),
        ]

    def __str__(self) -> str:
        return f"Reply to {self.caller}: {self.key}"
