from django.db import models

from changes.models.constraints import not_blank
from changes.models.people import Person
from changes.models.request import ChangeRequest


class RefusedAction(models.Model):
    """Somebody asked for something and was refused; never edited. `what` is where they asked:
    an address of a page, of the admin site or of the API.
    """

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="refused_actions"
    )
    change = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, null=True, related_name="refused_actions"
    )
    what = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    sentence = models.TextField()
    refused_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-refused_at", "-pk"]
        constraints = [
            not_blank("what", model="refused_action"),
            not_blank("sentence", model="refused_action"),
        ]

    def __str__(self) -> str:
        return f"{self.what} at {self.refused_at:%Y-%m-%d %H:%M:%S}"
