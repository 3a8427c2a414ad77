from django.db import models
from django.db.models import CheckConstraint, Q

SINGLETON = 1


class Organisation(models.Model):
    """Whose record this database holds: one row, made by a migration.

    `is_sample` marks a database of fabricated data for good; the row is also
    what a writer locks to take the next change number, so keys have no gaps.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLETON, editable=False)
    name = models.CharField(max_length=100, default="ORCA")
    log_origin = models.CharField(max_length=100, default="orca.example/change-evidence")
    is_sample = models.BooleanField(default=False)
    last_change_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "organisation"
        constraints = [
            CheckConstraint(name="organisation_is_one_row", condition=Q(id=SINGLETON)),
        ]

    def __str__(self) -> str:
        return self.name
