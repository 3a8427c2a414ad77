from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from changes.models.catalogue import System
from changes.models.constraints import in_order, not_blank, one_of
from changes.models.people import Person
from changes.models.request import ChangeRequest
from changes.vocabulary import Attribution, ImportState, ReviewState, choices


class Repository(models.Model):
    name = models.CharField(max_length=200, unique=True)
    host = models.CharField(max_length=100, blank=True)
    url = models.URLField(blank=True)
    production_branch = models.CharField(max_length=200, default="main")
    system = models.ForeignKey(
        System, on_delete=models.PROTECT, null=True, blank=True, related_name="repositories"
    )
    reports_deployments = models.BooleanField(
        default=False, help_text="A deployment system reports to the portal for this repository."
    )
    reports_reviews = models.BooleanField(
        default=False, help_text="The git host reports reviews and checks for this repository."
    )

    class Meta:
        verbose_name_plural = "repositories"
        ordering = ["name"]
        constraints = [not_blank("name", model="repository")]

    def __str__(self) -> str:
        return self.name


class PullRequest(models.Model):
    repository = models.ForeignKey(
        Repository, on_delete=models.PROTECT, related_name="pull_requests"
    )
    number = models.PositiveBigIntegerField()
    change = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, null=True, related_name="pull_requests"
    )
    title = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    head_revision = models.CharField(max_length=64, blank=True)
    merge_revision = models.CharField(max_length=64, blank=True)
    merged_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    head_branch = models.CharField(max_length=250, blank=True)
    is_open = models.BooleanField(default=True)
    commit_count = models.PositiveIntegerField(null=True)
    names_change = models.PositiveBigIntegerField(
        null=True, help_text="The number of the change that its branch, title or body names."
    )
    told_as = models.CharField(
        max_length=100, blank=True, help_text="Orders what hosts tell of it: the latest counts."
    )
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    merged_at = models.DateTimeField(null=True)
    linked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["repository", "number"]
        constraints = [
            UniqueConstraint(fields=["repository", "number"], name="pull_request_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"


class Commit(models.Model):
    """A commit on a production branch, or one of a pull request that is on its way there."""

    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, related_name="commits")
    sha = models.CharField(max_length=64)
    parents = models.JSONField(default=list)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    committer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    co_authors = models.ManyToManyField(Person, related_name="+", blank=True)
    authored_at = models.DateTimeField()
    committed_at = models.DateTimeField(db_index=True)
    subject = models.TextField(blank=True)
    patch_id = models.CharField(max_length=64, blank=True)
    is_merge = models.BooleanField(default=False)
    is_revert = models.BooleanField(default=False)
    on_production_branch = models.BooleanField(default=False)
    pull_request = models.ForeignKey(
        PullRequest, on_delete=models.PROTECT, null=True, related_name="commits"
    )
    change = models.ForeignKey(
        ChangeRequest,
        on_delete=models.PROTECT,
        null=True,
        related_name="direct_commits",
        help_text="The request of a commit that came without a pull request.",
    )
    attribution = models.CharField(
        max_length=15, choices=choices(Attribution), default=Attribution.NONE.value
    )
    brought_in_by = models.CharField(max_length=64, blank=True)
    paths = models.JSONField(
        null=True, help_text="The files it touches; nothing where the source does not say."
    )
    branches = models.JSONField(
        default=list, help_text="Other than the production branch, to which it was pushed."
    )
    names_change = models.PositiveBigIntegerField(
        null=True, help_text="The number of the change that its message names."
    )
    files_changed = models.PositiveIntegerField(null=True)
    lines_added = models.PositiveBigIntegerField(null=True)
    lines_removed = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["repository", "committed_at", "pk"]
        indexes = [models.Index(fields=["repository", "committed_at"])]
        constraints = [
            UniqueConstraint(fields=["repository", "sha"], name="commit_sha_once"),
            one_of("attribution", Attribution, model="commit"),
            CheckConstraint(
                name="commit_attributed_has_a_pull_request",
                condition=Q(attribution=Attribution.NONE) | Q(pull_request__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.repository}@{self.sha[:12]}"


class Review(models.Model):
    """A review on the git host, for the commit it was given for; never edited."""

    pull_request = models.ForeignKey(PullRequest, on_delete=models.PROTECT, related_name="reviews")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=20, choices=choices(ReviewState))
    revision = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["submitted_at", "pk"]
        constraints = [
            one_of("state", ReviewState, model="review"),
            UniqueConstraint(
                fields=["pull_request", "person", "state", "submitted_at"], name="review_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pull_request}: {self.state} by {self.person}"


class HistoryImport(models.Model):
    """One run of an import: what was read, and what could not be."""

    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, related_name="imports")
    source = models.CharField(max_length=500)
    source_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=10, choices=choices(ImportState), default=ImportState.RUNNING.value
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            one_of("state", ImportState, model="import"),
            in_order("started_at", "finished_at", model="import"),
        ]

    def __str__(self) -> str:
        return f"{self.repository} from {self.source}"
