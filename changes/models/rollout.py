from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from changes.models.constraints import in_order, one_of, percent
from changes.models.people import Person
from changes.models.policy import PolicyVersion
from changes.models.request import ChangeRequest
from changes.models.source import Repository
from changes.vocabulary import (
    DeploymentOutcome,
    Environment,
    RollbackTrigger,
    RolloutStageName,
    StageResult,
    VerificationKind,
    choices,
)


class Deployment(models.Model):
    """A revision brought to an environment. One without a change is an exception, not an error."""

    change = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, null=True, related_name="deployments"
    )
    repository = models.ForeignKey(
        Repository, on_delete=models.PROTECT, null=True, related_name="deployments"
    )
    environment = models.CharField(
        max_length=12, choices=choices(Environment), default=Environment.PRODUCTION.value
    )
    revision = models.CharField(max_length=64)
    artifact_digest = models.CharField(max_length=100, blank=True)
    external_id = models.CharField(
        max_length=200,
        blank=True,
        help_text="How the deployment system knows it, with the system's name: vercel:dpl_1.",
    )
    is_reported = models.BooleanField(
        default=False, help_text="A deployment system reported it; nobody asked the portal."
    )
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    roles_held = models.JSONField(
        default=list, blank=True, help_text="What the deployer was when it started."
    )
    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=12, choices=choices(DeploymentOutcome), default=DeploymentOutcome.RUNNING.value
    )
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            one_of("environment", Environment, model="deployment"),
            one_of("outcome", DeploymentOutcome, model="deployment"),
            in_order("started_at", "finished_at", model="deployment"),
            CheckConstraint(
                name="deployment_finished_unless_running",
                condition=Q(outcome=DeploymentOutcome.RUNNING, finished_at__isnull=True)
                | (~Q(outcome=DeploymentOutcome.RUNNING) & Q(finished_at__isnull=False)),
            ),
            UniqueConstraint(
                fields=["change"],
                condition=Q(
                    outcome=DeploymentOutcome.RUNNING,
                    environment=Environment.PRODUCTION,
                    is_reported=False,
                ),
                name="deployment_one_running_to_production",
            ),
            UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="deployment_once_by_external_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision[:12]} to {self.environment}"


class RolloutStage(models.Model):
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="stages")
    name = models.CharField(max_length=6, choices=choices(RolloutStageName))
    observer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, choices=choices(StageResult), blank=True)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            one_of("name", RolloutStageName, model="stage"),
            in_order("started_at", "ended_at", model="stage"),
            UniqueConstraint(fields=["deployment", "name"], name="stage_once"),
            CheckConstraint(
                name="stage_ended_has_a_result",
                condition=Q(ended_at__isnull=True, result="")
                | Q(ended_at__isnull=False, result__in=[r.value for r in StageResult]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment}: {self.name}"


class HealthSample(models.Model):
    """What monitoring saw at one moment of a rollout; never edited."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="samples")
    taken_at = models.DateTimeField()
    error_rate_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    latency_p95_ms = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    is_healthy = models.BooleanField(null=True)

    class Meta:
        ordering = ["taken_at", "pk"]
        constraints = [
            UniqueConstraint(fields=["deployment", "taken_at"], name="sample_once"),
            percent("error_rate_percent", model="sample"),
            CheckConstraint(
                name="sample_latency_is_not_negative",
                condition=Q(latency_p95_ms__isnull=True) | Q(latency_p95_ms__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} at {self.taken_at:%H:%M:%S}"


class Rollback(models.Model):
    deployment = models.OneToOneField(Deployment, on_delete=models.PROTECT, related_name="rollback")
    trigger = models.CharField(max_length=15, choices=choices(RollbackTrigger))
    reason = models.TextField()
    observed = models.JSONField(default=dict, blank=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            one_of("trigger", RollbackTrigger, model="rollback"),
            in_order("started_at", "finished_at", model="rollback"),
        ]

    def __str__(self) -> str:
        return f"Rollback of {self.deployment}"


class Verification(models.Model):
    """One result after the last stage; never edited.

    `details` of a KPI: name, baseline, value, direction, tolerance.
    """

    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, related_name="verifications"
    )
    kind = models.CharField(max_length=15, choices=choices(VerificationKind))
    has_passed = models.BooleanField()
    details = models.JSONField(default=dict, blank=True)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [one_of("kind", VerificationKind, model="verification")]

    def __str__(self) -> str:
        return f"{self.deployment}: {self.kind}"
