from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from changes.models.constraints import in_order, not_blank, one_of, percent
from changes.models.people import Person
from changes.models.policy import PolicyVersion
from changes.models.request import ChangeRequest
from changes.models.source import Repository
from changes.vocabulary import (
    CallState,
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


class RolloutHalt(models.Model):
    """The rollout stood still: nothing advances until it is resumed or rolled back."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="halts")
    reason = models.TextField()
    halted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    halted_at = models.DateTimeField()
    resumed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["halted_at", "pk"]
        constraints = [
            not_blank("reason", model="halt"),
            in_order("halted_at", "resumed_at", model="halt"),
            UniqueConstraint(
                fields=["deployment"],
                condition=Q(resumed_at__isnull=True),
                name="halt_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment}: halted"


class TriggerFiring(models.Model):
    """A rollback trigger fired on health samples; never edited. `observed` holds the values."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="firings")
    trigger = models.CharField(max_length=15, choices=choices(RollbackTrigger))
    span_starts_at = models.DateTimeField()
    span_ends_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    observed = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["fired_at", "pk"]
        constraints = [
            one_of("trigger", RollbackTrigger, model="firing"),
            in_order("span_starts_at", "span_ends_at", model="firing"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment}: {self.trigger}"


class Rollback(models.Model):
    """Opened by a trigger or a person; `finished_at` is when production was back."""

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


class RollbackCall(models.Model):
    """A call to the rollback executor: a job, then its answer. One for a rollback."""

    rollback = models.OneToOneField(Rollback, on_delete=models.PROTECT, related_name="call")
    state = models.CharField(
        max_length=10, choices=choices(CallState), default=CallState.QUEUED.value
    )
    body = models.TextField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not to be tried before; moved while one tries.")
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            one_of("state", CallState, model="call"),
            CheckConstraint(
                name="call_answered_has_a_time",
                condition=~Q(state=CallState.ANSWERED) | Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Call for {self.rollback}"


class RollbackStep(models.Model):
    """One step of the runbook, confirmed by who did it, with what it put out; never edited."""

    rollback = models.ForeignKey(Rollback, on_delete=models.PROTECT, related_name="steps")
    ordinal = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    command = models.CharField(max_length=500, blank=True)
    output = models.TextField()
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ["ordinal", "pk"]
        constraints = [
            not_blank("output", model="rollback_step"),
            UniqueConstraint(fields=["rollback", "ordinal"], name="rollback_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rollback}: {self.title}"


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
