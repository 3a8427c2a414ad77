"""Whose record a database holds."""

from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Organisation, Person, Repository
from changes.workflow.refusals import NotNow
from changes.workflow.steps import check_time

SAMPLE_NAME = "ORCA (sample)"
SAMPLE_LOG_ORIGIN = "sample.orca.example/change-evidence"


@transaction.atomic
def mark_as_sample(*, at: datetime) -> Organisation:
    """For good: this database holds fabricated data, under a log origin of its own.

    Refused once it holds anything, so that the two kinds of data never meet.
    """
    check_time(at)
    organisation = Organisation.objects.select_for_update().get()
    held = [m._meta.verbose_name_plural for m in (Person, Repository) if m.objects.exists()]
    if ChangeRequest.objects.exists() or organisation.last_change_number:
        held.append("change requests")
    if held or organisation.is_sample:
        what = " and ".join(str(name) for name in held) or "the sample organisation"
        raise NotNow(
            f"This database holds {what} already; sample data needs an empty database of its own."
        )
    organisation.name, organisation.log_origin = SAMPLE_NAME, SAMPLE_LOG_ORIGIN
    organisation.is_sample = True
    organisation.save()
    announce(Announcement("organisation.marked_as_sample", organisation, at))
    return organisation
