from django.db import models
from django.db.models import CheckConstraint, Q

from changes.models import Person
from changes.models.constraints import not_blank


class ManagementResponse(models.Model):
    """What management says about one exception; never edited, the newest one counts.

    `reference` is what names the exception within its quarter, as on the register. `response` is
    the remediation; what is left empty may be said later, in a newer response.
    """

    quarter = models.CharField(max_length=6)
    reference = models.CharField(max_length=300)
    cause = models.TextField()
    response = models.TextField()
    impact = models.TextField(blank=True)
    compensating_control = models.TextField(blank=True)
    retest = models.TextField(blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    is_done = models.BooleanField(default=False)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "pk"]
        indexes = [models.Index(fields=["quarter", "reference"])]
        constraints = [
            not_blank("reference", model="response"),
            CheckConstraint(
                name="response_has_its_texts", condition=~Q(cause="") & ~Q(response="")
            ),
        ]

    def __str__(self) -> str:
        return f"Response to {self.reference}"
