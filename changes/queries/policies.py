"""Which policy version was in force."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from changes.models import PolicyVersion
from changes.vocabulary import PolicyState


def approved_versions() -> list[PolicyVersion]:
    """Oldest first."""
    return list(PolicyVersion.objects.filter(state=PolicyState.APPROVED).order_by("effective_on"))


def proposed_versions() -> QuerySet[PolicyVersion]:
    """Those that wait for another person's approval."""
    proposed = PolicyVersion.objects.filter(state=PolicyState.PROPOSED, withdrawal__isnull=True)
    return proposed.select_related("proposed_by")


def policy_history() -> list[PolicyVersion]:
    """Every version, also one that was withdrawn, the oldest first, with who decided on it."""
    versions = PolicyVersion.objects.select_related(
        "proposed_by", "approved_by", "withdrawal__withdrawn_by"
    )
    return list(versions.order_by("effective_on"))


def version_in_force(at: datetime) -> PolicyVersion:
    """The version for an instant; before the first one, the first (design: a later policy)."""
    return version_on(reporting_date(at), approved_versions())


def version_on(day: date, versions: Iterable[PolicyVersion]) -> PolicyVersion:
    versions = list(versions)
    effective = [version for version in versions if version.effective_on <= day]
    return effective[-1] if effective else versions[0]


def version_before(version: PolicyVersion) -> PolicyVersion | None:
    """The approved version that it follows, or would follow; None for the first one."""
    earlier = [v for v in approved_versions() if v.effective_on < version.effective_on]
    return earlier[-1] if earlier else None


def why_overlapping(effective_on: date) -> str:
    """Why a new version may not begin on that day beside those approved; empty if it may."""
    latest = approved_versions()[-1]
    if latest.effective_on < effective_on:
        return ""
    return (
        f"{latest} is approved and takes effect on {latest.effective_on}: a new version begins "
        "on a later day, so that no two overlap."
    )


def reporting_date(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE)).date()
