from django.db import models
from django.db.models import UniqueConstraint

from changes.models.constraints import not_blank
from changes.models.source import PullRequest


class PullRequestDiff(models.Model):
    """What is known of the diff that leads to one revision of a pull request; never edited.

    `patch_id` is blank and `paths` is nothing where that is not known: `problem` says why.
    """

    pull_request = models.ForeignKey(PullRequest, on_delete=models.PROTECT, related_name="diffs")
    revision = models.CharField(max_length=64)
    patch_id = models.CharField(max_length=64, blank=True)
    paths = models.JSONField(null=True)
    source = models.CharField(max_length=60, help_text="The host, or the clone on this machine.")
    problem = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["told_at", "pk"]
        constraints = [
            not_blank("revision", model="diff"),
            UniqueConstraint(fields=["pull_request", "revision"], name="diff_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pull_request}: diff of {self.revision[:12]}"


class DiffFetch(models.Model):
    """The fetching of one diff: a row first, then the call."""

    pull_request = models.ForeignKey(
        PullRequest, on_delete=models.PROTECT, related_name="diff_fetches"
    )
    revision = models.CharField(max_length=64)
    is_over = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    wanted_at = models.DateTimeField()
    not_before = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "diff fetches"
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["pull_request", "revision"], name="diff_fetch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pull_request}: {self.revision[:12]}"
