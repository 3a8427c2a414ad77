from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from changes.models.source import PullRequest


class CommitStatus(models.Model):
    """What the git host is to show beside the head of a pull request, and what it shows now.

    A row first, then the call: what is wanted and not sent is sent by the next sweep.
    """

    pull_request = models.ForeignKey(PullRequest, on_delete=models.PROTECT, related_name="statuses")
    revision = models.CharField(max_length=64)
    state = models.CharField(max_length=10)
    description = models.CharField(max_length=140)
    is_sent = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    problem = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "commit statuses"
        constraints = [
            UniqueConstraint(fields=["pull_request", "revision"], name="commit_status_once"),
            CheckConstraint(
                name="commit_status_sent_has_a_time",
                condition=Q(is_sent=False) | Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pull_request}: {self.state}"
