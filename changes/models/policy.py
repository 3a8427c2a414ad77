from datetime import time
from decimal import Decimal

from django.db import models
from django.db.models import CheckConstraint, F, Q

from changes.models.constraints import not_blank, one_of, percent
from changes.models.people import Person
from changes.rules.policy import DEFAULTS, Policy
from changes.vocabulary import PolicyState, choices

MODEL = "policy"


class PolicyVersion(models.Model):
    """The change policy from `effective_on` on. Versions are added, never edited."""

    version = models.CharField(max_length=20, unique=True)
    effective_on = models.DateField(unique=True)
    state = models.CharField(
        max_length=10, choices=choices(PolicyState), default=PolicyState.PROPOSED.value
    )
    summary = models.TextField(help_text="What this version changes, in a sentence or two.")
    proposed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    required_fields = models.JSONField(default=DEFAULTS.fields_list)
    tech_leads_per_system = models.PositiveSmallIntegerField(default=1)
    peer_reviewers_minimum = models.PositiveSmallIntegerField(default=1)
    post_incident_review_working_days = models.PositiveSmallIntegerField(default=5)
    holiday_calendar = models.CharField(
        max_length=20,
        blank=True,
        default="US",
        help_text="Working days leave these out: a country, or one of its regions, such as US-CA.",
    )
    emergency_share_maximum_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(10)
    )

    tests_passed_minimum_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(100)
    )
    tests_skipped_maximum_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(5)
    )
    coverage_minimum_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(80)
    )
    critical_findings_maximum = models.PositiveSmallIntegerField(default=0)
    code_reviews_minimum = models.PositiveSmallIntegerField(default=1)
    required_scanners = models.JSONField(default=DEFAULTS.scanners_list)
    pipeline_checks = models.JSONField(default=DEFAULTS.pipeline_dict)

    window_time_zone = models.CharField(max_length=50, default="America/Los_Angeles")
    window_days = models.JSONField(
        default=DEFAULTS.window_days_list, help_text="ISO days, Monday is 1."
    )
    window_reason_days = models.JSONField(
        default=DEFAULTS.reason_days_list,
        help_text="Days that are avoided: a deployment inside the hours needs a recorded reason.",
    )
    window_opens = models.TimeField(default=time(10))
    window_closes = models.TimeField(default=time(16), help_text="The first moment outside.")

    deployer_roles = models.JSONField(
        default=DEFAULTS.deployers_list, help_text="Who may release and deploy to production."
    )

    rollout_stages = models.JSONField(default=DEFAULTS.rollout_list)
    error_rate_maximum_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal("1.5")
    )
    latency_p95_maximum_ms = models.PositiveIntegerField(default=700)
    trigger_sustained_seconds = models.PositiveIntegerField(default=300)
    sampling_gap_maximum_seconds = models.PositiveIntegerField(default=60)
    health_failures_maximum = models.PositiveSmallIntegerField(default=3)
    rollback_within_seconds = models.PositiveIntegerField(
        default=300, help_text="How soon after a trigger fired production is back."
    )

    rollback_commands = models.JSONField(
        default=DEFAULTS.rollback_commands_dict,
        help_text="The steps of a rollback by hand: always, and where the schema changed.",
    )

    document_paths = models.JSONField(
        default=DEFAULTS.document_paths_dict, help_text="Where each document is kept."
    )
    document_triggers = models.JSONField(
        default=DEFAULTS.document_triggers_dict,
        help_text="Which touched files ask for each document.",
    )
    advisory_days_maximum = models.PositiveSmallIntegerField(
        default=30, help_text="From the day of a security advisory to the deployment."
    )
    late_entry_after_hours = models.PositiveIntegerField(
        default=24, help_text="What is recorded later than this after it happened shows as late."
    )

    class Meta:
        ordering = ["effective_on"]
        constraints = [
            one_of("state", PolicyState, model=MODEL),
            not_blank("version", model=MODEL),
            percent("tests_passed_minimum_percent", model=MODEL),
            percent("tests_skipped_maximum_percent", model=MODEL),
            percent("coverage_minimum_percent", model=MODEL),
            percent("emergency_share_maximum_percent", model=MODEL),
            percent("error_rate_maximum_percent", model=MODEL),
            CheckConstraint(
                name="policy_window_is_not_empty",
                condition=Q(window_opens__lt=F("window_closes")),
            ),
            CheckConstraint(
                name="policy_approved_by_another_person",
                condition=Q(proposed_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(proposed_by=F("approved_by")),
            ),
            CheckConstraint(
                name="policy_approved_has_a_time",
                condition=~Q(state=PolicyState.APPROVED) | Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Policy {self.version}"

    @property
    def is_withdrawn(self) -> bool:
        return hasattr(self, "withdrawal")

    @property
    def standing(self) -> str:
        """`proposed`, `approved` or `withdrawn`."""
        return "withdrawn" if self.is_withdrawn else str(self.state)

    def as_policy(self) -> Policy:
        """The plain values that rules receive."""
        return Policy.from_values(
            {name: getattr(self, name) for name in (*Policy.names(), "version", "effective_on")}
        )


class PolicyWithdrawal(models.Model):
    """A proposal that goes no further; never edited. The version stays as it was proposed."""

    version = models.OneToOneField(
        PolicyVersion, on_delete=models.PROTECT, related_name="withdrawal"
    )
    reason = models.TextField()
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField()

    class Meta:
        ordering = ["withdrawn_at", "pk"]
        constraints = [not_blank("reason", model="withdrawal")]

    def __str__(self) -> str:
        return f"Withdrawal of {self.version}"


class PolicyReview(models.Model):
    """The quarterly review of the policy, signed by a person."""

    quarter = models.CharField(max_length=6, unique=True)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["quarter"]

    def __str__(self) -> str:
        return f"Policy review {self.quarter}"
