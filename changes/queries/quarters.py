"""The quarters of the record: which there are, and which is shown first."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Max, Min

from changes.models import ChangeRequest, Commit, Deployment
from changes.quarters import Quarter, quarter_of


def quarters_seen() -> list[Quarter]:
    """From the newest quarter with a change, a production commit or a deployment back to the
    oldest.
    """
    spans = (
        ChangeRequest.objects.aggregate(first=Min("counted_at"), last=Max("counted_at")),
        Commit.objects.filter(on_production_branch=True).aggregate(
            first=Min("committed_at"), last=Max("committed_at")
        ),
        Deployment.objects.aggregate(first=Min("started_at"), last=Max("started_at")),
    )
    seen = [at for span in spans for at in span.values() if at is not None]
    if not seen:
        return []
    quarter, oldest = (
        quarter_of(at, settings.REPORTING_TIME_ZONE) for at in (max(seen), min(seen))
    )
    quarters = [quarter]
    while quarter > oldest:
        quarter = quarter.previous
        quarters.append(quarter)
    return quarters


def newest_begun(seen: Iterable[Quarter], current: Quarter) -> Quarter:
    """Of the quarters seen, newest first, the one to show; the current one where none is."""
    return next((quarter for quarter in seen if quarter <= current), current)
