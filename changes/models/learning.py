from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from changes.models.constraints import not_blank, one_of
from changes.models.people import Person
from changes.models.request import ChangeRequest
from changes.vocabulary import DocumentKind, choices


class DocumentationUpdate(models.Model):
    """A document that the request declares it updates, or with a waiver need not update.

    `path` says where it was updated: a file, or the address of a page.
    """

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=10, choices=choices(DocumentKind))
    path = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    waiver_reason = models.TextField(blank=True, help_text="Why it need not be updated.")
    waiver_asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+"
    )
    waived_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    waived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            one_of("kind", DocumentKind, model="document"),
            CheckConstraint(
                name="document_waived_by_another_person",
                condition=Q(waived_by__isnull=True)
                | (~Q(waiver_reason="") & ~Q(waived_by=F("waiver_asked_by"))),
            ),
            UniqueConstraint(fields=["change", "kind", "path"], name="document_once"),
        ]

    def __str__(self) -> str:
        return f"{self.change}: {self.kind}"


class PostMortem(models.Model):
    change = models.OneToOneField(
        ChangeRequest, on_delete=models.PROTECT, related_name="post_mortem"
    )
    opened_at = models.DateTimeField()
    reason = models.TextField()
    what_happened = models.TextField(blank=True)
    root_cause = models.TextField(blank=True)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened_at"]

    def __str__(self) -> str:
        return f"Post-mortem of {self.change}"


class ActionItem(models.Model):
    post_mortem = models.ForeignKey(
        PostMortem, on_delete=models.PROTECT, related_name="action_items"
    )
    title = models.CharField(max_length=300)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="action_items")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [not_blank("title", model="action_item")]

    def __str__(self) -> str:
        return self.title


class PostIncidentReview(models.Model):
    change = models.OneToOneField(
        ChangeRequest, on_delete=models.PROTECT, related_name="post_incident_review"
    )
    due_on = models.DateField()
    incident_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    findings = models.TextField(blank=True)

    class Meta:
        ordering = ["due_on"]

    def __str__(self) -> str:
        return f"Post-incident review of {self.change}"
