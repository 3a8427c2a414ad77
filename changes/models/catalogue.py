from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from changes.models.constraints import in_order, not_blank
from changes.models.people import Person


class System(models.Model):
    """An affected system or component."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    is_infrastructure = models.BooleanField(
        default=False,
        help_text="A change to it needs its tech lead's approval, whatever the category.",
    )
    tech_leads = models.ManyToManyField(Person, related_name="leads", blank=True)
    in_scope_from = models.DateField(null=True, blank=True)
    in_scope_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", model="system"),
            in_order("in_scope_from", "in_scope_until", model="system"),
        ]

    def __str__(self) -> str:
        return self.name


class StandardProcedure(models.Model):
    """A pre-approved, low-risk procedure of the catalogue; it expires."""

    slug = models.SlugField(max_length=50, unique=True)
    title = models.CharField(max_length=200)
    steps = models.TextField()
    systems = models.ManyToManyField(System, related_name="procedures")
    parameter_limits = models.JSONField(default=dict, blank=True)
    valid_from = models.DateField()
    expires_on = models.DateField(help_text="The first day on which it may not be used any more.")

    class Meta:
        ordering = ["title"]
        constraints = [
            not_blank("title", model="procedure"),
            in_order("valid_from", "expires_on", model="procedure"),
        ]

    def __str__(self) -> str:
        return self.title


class RotaOverride(models.Model):
    """Somebody stands in for another on the rota, from `starts_at` until just before `ends_at`."""

    absent = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose shifts somebody else takes over.",
    )
    stand_in = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", help_text="Who is on call instead."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            not_blank("reason", model="override"),
            CheckConstraint(
                name="override_ends_after_it_starts",
                condition=Q(starts_at__lt=F("ends_at")),
                violation_error_message="It ends after it starts.",
            ),
            CheckConstraint(
                name="override_is_of_two_people",
                condition=~Q(absent=F("stand_in")),
                violation_error_message="Nobody stands in for themselves.",
            ),
            UniqueConstraint(fields=["absent", "starts_at"], name="override_starts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stand_in} for {self.absent} from {self.starts_at:%Y-%m-%d %H:%M}"


class OnCallShift(models.Model):
    """Who is on call from `starts_at` until just before `ends_at`."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            in_order("starts_at", "ends_at", model="shift"),
            UniqueConstraint(fields=["person", "starts_at"], name="shift_starts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} from {self.starts_at:%Y-%m-%d %H:%M}"
