"""Who took a package away: on the log as well, beside the record."""

from datetime import datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import Person
from evidence.models import Package


@transaction.atomic
def record_download(*, package: Package, actor: Person | None, at: datetime) -> None:
    """An event about the proof itself: it never moves the cut of a later package."""
    announce(Announcement("access.package_downloaded", package, at, actor))
