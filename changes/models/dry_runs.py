from django.db import models
from django.db.models import CheckConstraint, Q

from changes.models.constraints import one_of
from changes.models.people import Person
from changes.models.policy import PolicyVersion
from changes.vocabulary import DryRunState, choices

MODEL = "dry_run"
_DONE = Q(judged_at__isnull=False, result__isnull=False) & ~Q(quarter="")


class DryRun(models.Model):
    """A proposal tried on the last quarter that is over: a job, and then what it found.

    `result` is as `changes.queries.dry_runs` writes it; `judged_at` is when the record was read.
    """

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="dry_runs")
    state = models.CharField(
        max_length=10, choices=choices(DryRunState), default=DryRunState.WAITING.value
    )
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)
    quarter = models.CharField(max_length=6, blank=True)
    result = models.JSONField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            one_of("state", DryRunState, model=MODEL),
            CheckConstraint(
                name="dry_run_is_done_with_its_result",
                condition=(Q(state=DryRunState.DONE.value) & _DONE)
                | (
                    ~Q(state=DryRunState.DONE.value)
                    & Q(judged_at__isnull=True, result__isnull=True, quarter="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"dry run of {self.version_id}"

    @property
    def is_open(self) -> bool:
        return self.state in (DryRunState.WAITING, DryRunState.RUNNING)
