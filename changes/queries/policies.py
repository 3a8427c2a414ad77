"""Which policy version was in force."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from changes.models import PolicyVersion
from changes.vocabulary import PolicyState


def approved_versions() -> list[PolicyVersion]:
    """Oldest first."""
    return list(PolicyVersion.objects.filter(state=PolicyState.APPROVED).order_by("effective_on"))


def version_in_force(at: datetime) -> PolicyVersion:
    """The version for an instant; before the first one, the first (design: a later policy)."""
    return version_on(reporting_date(at), approved_versions())


def version_on(day: date, versions: Iterable[PolicyVersion]) -> PolicyVersion:
    versions = list(versions)
    effective = [version for version in versions if version.effective_on <= day]
    return effective[-1] if effective else versions[0]


def reporting_date(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE)).date()
