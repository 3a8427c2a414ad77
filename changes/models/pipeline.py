from django.db import models
from django.db.models import Q, UniqueConstraint

from changes.models.constraints import in_order, one_of
from changes.models.files import EvidenceItem
from changes.models.people import Person
from changes.models.request import ChangeRequest
from changes.models.source import Repository
from changes.vocabulary import Gate, PipelineStage, RunOutcome, choices


class PipelineRun(models.Model):
    """One check of one stage of the pipeline, on one revision."""

    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, related_name="runs")
    revision = models.CharField(max_length=64, db_index=True)
    stage = models.CharField(max_length=20, choices=choices(PipelineStage))
    check_name = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=choices(RunOutcome))
    url = models.URLField(max_length=500, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            one_of("stage", PipelineStage, model="run"),
            one_of("outcome", RunOutcome, model="run"),
            in_order("started_at", "finished_at", model="run"),
            UniqueConstraint(
                fields=["repository", "revision", "stage", "check_name", "started_at"],
                name="run_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} on {self.revision[:12]}: {self.outcome}"


class GateResult(models.Model):
    """What a tool reported for a revision; `numbers` holds the facts of its gate; never edited.

    tests: total, passed, failed, skipped - coverage: lines_valid, lines_covered -
    security_scan: critical, high, medium, low, and of the critical ones suppressed_critical;
    of those accepted_critical, whose suppression an approver has accepted.
    """

    repository = models.ForeignKey(
        Repository, on_delete=models.PROTECT, related_name="gate_results"
    )
    revision = models.CharField(max_length=64, db_index=True)
    gate = models.CharField(max_length=15, choices=choices(Gate))
    tool = models.CharField(max_length=100)
    numbers = models.JSONField()
    evidence_item = models.ForeignKey(
        EvidenceItem, on_delete=models.PROTECT, null=True, related_name="gate_results"
    )
    produced_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["produced_at", "pk"]
        constraints = [
            one_of("gate", Gate, model="gate_result"),
            UniqueConstraint(
                fields=["repository", "revision", "gate", "tool", "produced_at"],
                condition=Q(evidence_item__isnull=True),
                name="gate_result_once",
            ),
            UniqueConstraint(
                fields=["repository", "revision", "gate", "evidence_item"],
                name="gate_result_once_for_a_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool} on {self.revision[:12]}"


class ProductionRelease(models.Model):
    """The manual release to production: a record of its own.

    `roles_held` is what the person was at that moment.
    """

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="releases")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="releases")
    revision = models.CharField(max_length=64)
    roles_held = models.JSONField(default=list)
    released_at = models.DateTimeField()

    class Meta:
        ordering = ["released_at", "pk"]
        constraints = [
            UniqueConstraint(fields=["change", "revision"], name="release_once_for_a_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.change} released by {self.person}"
