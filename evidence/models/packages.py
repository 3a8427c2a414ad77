from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from changes.models import Person
from changes.models.constraints import not_blank, one_of
from changes.vocabulary import choices
from evidence.vocabulary import JobState, PartKind, Phase


class Package(models.Model):
    """A compiled evidence package: whole, immutable, numbered by revision within its quarter."""

    quarter = models.CharField(max_length=6)
    revision = models.PositiveIntegerField()
    is_interim = models.BooleanField(default=False)
    record_sha256 = models.CharField(max_length=64)
    record_as_of = models.DateTimeField()
    compiled_at = models.DateTimeField()
    compiled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=100, unique=True)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    summary = models.JSONField(default=dict)
    log_size = models.PositiveBigIntegerField(
        default=0, help_text="How many entries of the log its checkpoint covers."
    )

    class Meta:
        ordering = ["-quarter", "-revision"]
        constraints = [
            UniqueConstraint(fields=["quarter", "revision"], name="package_revision_once"),
            CheckConstraint(name="package_revision_from_one", condition=Q(revision__gte=1)),
            not_blank("sha256", model="package"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        return f"{self.quarter}-r{self.revision}"


class PackageFiles(models.Model):
    """What the files of a package say, told to the log before the checkpoint that the package
    carries. The same files of the same record have one row, however often they are compiled.

    `entries` is how far into the log the record is told; `says` what stands at the head of the
    manifest, the counts of the verdicts among it; `files` the SHA-256 of each file by its path,
    and for a folder that of its listing.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    quarter = models.CharField(max_length=6)
    entries = models.PositiveBigIntegerField()
    says = models.JSONField()
    files = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "package files"
        constraints = [not_blank("sha256", model="packagefiles")]

    def __str__(self) -> str:
        return f"Files of {self.quarter}"


class CompileJob(models.Model):
    """An order to compile a quarter. The row is the truth; Celery only wakes the workers.

    `claim` is the mark of the worker that freezes or publishes: whoever lost it may not finish.
    `frozen` is what the whole package needs beside its parts; `total` counts the changes.
    """

    quarter = models.CharField(max_length=6)
    state = models.CharField(
        max_length=10, choices=choices(JobState), default=JobState.QUEUED.value
    )
    phase = models.CharField(max_length=10, choices=choices(Phase), default=Phase.FREEZE.value)
    is_forced = models.BooleanField(default=False)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    total = models.PositiveIntegerField(default=0)
    record_sha256 = models.CharField(max_length=64, blank=True)
    frozen = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, null=True, related_name="jobs")

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            one_of("state", JobState, model="job"),
            one_of("phase", Phase, model="job"),
            UniqueConstraint(
                fields=["quarter"],
                condition=~Q(state__in=[JobState.DONE, JobState.FAILED]),
                name="job_one_under_way_for_a_quarter",
            ),
            CheckConstraint(
                name="job_done_has_a_package",
                condition=~Q(state=JobState.DONE) | Q(package__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarter}: {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


class CompilePart(models.Model):
    """A slice of a job that one worker does alone: frozen facts in, sheets out."""

    job = models.ForeignKey(CompileJob, on_delete=models.CASCADE, related_name="parts")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=choices(PartKind))
    state = models.CharField(
        max_length=10, choices=choices(JobState), default=JobState.QUEUED.value
    )
    heartbeat_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    frozen = models.JSONField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            one_of("state", JobState, model="part"),
            one_of("kind", PartKind, model="part"),
            UniqueConstraint(fields=["job", "ordinal"], name="part_ordinal_once"),
            CheckConstraint(name="part_done_within_total", condition=Q(done__lte=F("total"))),
        ]

    def __str__(self) -> str:
        return f"{self.job} part {self.ordinal}"
