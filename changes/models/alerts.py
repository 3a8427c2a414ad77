from django.db import models
from django.db.models import UniqueConstraint

from changes.models.constraints import in_order
from changes.models.people import Person
from changes.models.rollout import Deployment, TriggerFiring
from changes.models.source import Repository
from changes.vocabulary import RollbackTrigger, choices


class Alert(models.Model):
    """An alert of the monitoring; `trigger` is the metric of the policy that it is about, if any.

    Without a deployment it could not be tied to one, without a firing it opened no rollback; it
    is kept all the same. `was_firing`: it was told as firing, not only that it is over.
    """

    name = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    trigger = models.CharField(max_length=15, choices=choices(RollbackTrigger), blank=True)
    labels = models.JSONField(default=dict)
    summary = models.TextField(blank=True)
    annotations = models.JSONField(default=dict)
    was_firing = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, null=True, related_name="alerts"
    )
    firing = models.OneToOneField(
        TriggerFiring, on_delete=models.PROTECT, null=True, related_name="alert"
    )

    class Meta:
        ordering = ["starts_at", "fingerprint"]
        constraints = [
            UniqueConstraint(fields=["fingerprint", "starts_at"], name="alert_once"),
            in_order("starts_at", "ends_at", model="alert"),
            models.CheckConstraint(
                name="alert_trigger_is_known",
                condition=models.Q(trigger="")
                | models.Q(trigger__in=[value for value, _ in choices(RollbackTrigger)]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.starts_at:%Y-%m-%d %H:%M:%S}"


class RepositoryNews(models.Model):
    """A release of a repository, or a rule of its branches that was made, changed or removed."""

    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, related_name="news")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    action = models.CharField(max_length=40, blank=True)
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    happened_at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "news of repositories"
        ordering = ["happened_at", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["repository", "kind", "name", "action", "happened_at"], name="news_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.repository}: {self.kind} {self.name} {self.action}"
