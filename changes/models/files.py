from django.db import models
from django.db.models import UniqueConstraint

from changes.models.constraints import not_blank
from changes.models.people import Person
from changes.models.request import ChangeRequest


class EvidenceItem(models.Model):
    """A stored file, known by its SHA-256; never edited."""

    change = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, null=True, related_name="evidence_items"
    )
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveBigIntegerField()
    content = models.FileField(upload_to="evidence/")
    effective_at = models.DateTimeField(help_text="When the content was produced.")
    uploaded_at = models.DateTimeField(help_text="When the portal received it.")
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["uploaded_at", "pk"]
        constraints = [
            UniqueConstraint(fields=["change", "sha256"], name="evidence_item_once"),
            not_blank("sha256", model="evidence_item"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"
