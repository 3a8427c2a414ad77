from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from changes.keys import format_key
from changes.models.catalogue import StandardProcedure, System
from changes.models.constraints import one_of
from changes.models.people import Person
from changes.models.policy import PolicyVersion
from changes.vocabulary import ApprovalRole, Category, Decision, Means, Origin, State, choices

MODEL = "change"


class ChangeRequest(models.Model):
    """A request to change production. Written by the workflow only."""

    number = models.PositiveIntegerField(unique=True)
    title = models.TextField()
    category = models.CharField(
        max_length=10, choices=choices(Category), default=Category.NORMAL.value
    )
    origin = models.CharField(max_length=12, choices=choices(Origin), default=Origin.PORTAL.value)
    means = models.CharField(max_length=20, choices=choices(Means), default=Means.CODE.value)
    state = models.CharField(max_length=12, choices=choices(State), default=State.DRAFT.value)
    requester = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="requested_changes"
    )

    description = models.TextField(blank=True)
    business_justification = models.TextField(blank=True)
    risk_assessment = models.TextField(blank=True)
    rollback_plan = models.TextField(blank=True)
    testing_evidence = models.TextField(blank=True)
    systems = models.ManyToManyField(System, related_name="changes", blank=True)

    is_infrastructure = models.BooleanField(
        "infrastructure or architecture",
        default=False,
        help_text="Declared by the requester; it asks for a tech lead, whatever the category.",
    )
    changes_schema = models.BooleanField("changes the database schema", default=False)
    standard_procedure = models.ForeignKey(
        StandardProcedure, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    procedure_parameters = models.JSONField(default=dict, blank=True)
    incident_url = models.URLField(blank=True)
    advisory = models.CharField(
        "security advisory",
        max_length=100,
        blank=True,
        help_text="The advisory that this change answers, such as CVE-2026-1234.",
    )
    advisory_published_on = models.DateField(
        "advisory published on",
        null=True,
        blank=True,
        help_text="The day from which the time to answer it counts.",
    )
    avoided_day_reason = models.TextField(
        blank=True, help_text="Why it is deployed on a day that the policy avoids."
    )

    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    planned_for = models.DateTimeField(
        null=True, blank=True, help_text="When its deployment is planned to begin."
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, null=True, related_name="changes"
    )
    counted_at = models.DateTimeField(
        null=True,
        blank=True,
        db_index=True,
        help_text="The instant that places the change in a quarter (design: quarters).",
    )

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["state", "-number"]),
            models.Index(fields=["category", "-number"]),
        ]
        constraints = [
            one_of("category", Category, model=MODEL),
            one_of("means", Means, model=MODEL),
            one_of("origin", Origin, model=MODEL),
            one_of("state", State, model=MODEL),
            CheckConstraint(name="change_number_from_one", condition=Q(number__gte=1)),
            CheckConstraint(name="change_has_a_title", condition=~Q(title="")),
            CheckConstraint(
                name="change_submitted_has_time_and_policy",
                condition=Q(state__in=[State.DRAFT, State.WITHDRAWN, State.RECORDED])
                | Q(submitted_at__isnull=False, policy_version__isnull=False),
            ),
            CheckConstraint(
                name="change_closed_has_a_time",
                condition=~Q(state=State.CLOSED) | Q(closed_at__isnull=False),
            ),
            CheckConstraint(
                name="change_recorded_is_not_from_the_portal",
                condition=~Q(state=State.RECORDED) | ~Q(origin=Origin.PORTAL),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        return format_key(self.number)


class Approval(models.Model):
    """One person's decision, for one revision and one wording of the request; never edited.

    `role` is the capacity, and `roles_held` what the person was at that moment:
    approvals are judged on the role at that time.
    """

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="approvals")
    role = models.CharField(max_length=15, choices=choices(ApprovalRole))
    roles_held = models.JSONField(default=list)
    systems_led = models.JSONField(default=list)
    was_on_call = models.BooleanField(default=False)
    decision = models.CharField(max_length=10, choices=choices(Decision))
    revision = models.CharField(max_length=64, blank=True)
    patch_id = models.CharField(max_length=64, blank=True)
    request_digest = models.CharField(max_length=64)
    comment = models.TextField(blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            one_of("role", ApprovalRole, model="approval"),
            one_of("decision", Decision, model="approval"),
            UniqueConstraint(
                fields=["change", "person", "role", "revision", "request_digest"],
                name="approval_once_for_a_revision_and_wording",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change}: {self.decision} by {self.person} as {self.role}"
