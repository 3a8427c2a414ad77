"""How a quarter stands: counts, verdicts, emergencies, what is open."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncQuarter

from changes.models import ChangeRequest
from changes.quarters import Quarter, quarter_of
from changes.queries.listing import JUDGED_AT_ONCE, ListedChange, judged
from changes.queries.policies import version_in_force
from changes.rules.emergency_share import emergency_share_within_maximum
from changes.rules.findings import Finding
from changes.rules.gates import truncated_percent
from changes.vocabulary import Category, Verdict


@dataclass(frozen=True)
class QuarterSummary:
    """`verdicts` is None where more changes count than are judged at once."""

    quarter: Quarter
    total: int
    by_category: dict[str, int]
    emergency_share: str
    emergency_maximum: Decimal
    emergency_finding: Finding
    verdicts: dict[str, int] | None
    with_something_open: list[ListedChange]

    @property
    def open_heading(self) -> str:
        return f"Open in {self.quarter}"

    @property
    def has_too_many_emergencies(self) -> bool:
        return self.emergency_finding.verdict is Verdict.FAILED

    @property
    def clear_share(self) -> str | None:
        if not self.verdicts:
            return None
        judged = sum(self.verdicts.values()) - self.verdicts.get(Verdict.NOT_APPLICABLE, 0)
        return truncated_percent(self.verdicts.get(Verdict.PASSED, 0), judged) if judged else None


def quarter_summary(quarter: Quarter, at: datetime) -> QuarterSummary:
    counted = ChangeRequest.objects.filter(
        counted_at__gte=quarter.start, counted_at__lt=quarter.end
    )
    groups = counted.order_by().values_list("category").annotate(Count("pk"))
    by_category = {str(category): count for category, count in groups}
    total = sum(by_category.values())
    rows = judged(counted, at) if total <= JUDGED_AT_ONCE else None
    emergencies = by_category.get(Category.EMERGENCY, 0)
    maximum = version_in_force(at).emergency_share_maximum_percent
    return QuarterSummary(
        quarter=quarter,
        total=total,
        by_category=by_category,
        emergency_share=truncated_percent(emergencies, total) if total else "0.00",
        emergency_maximum=maximum,
        emergency_finding=emergency_share_within_maximum(emergencies, total, maximum),
        verdicts=_verdicts(rows) if rows is not None else None,
        with_something_open=[row for row in rows or () if row.waits_for],
    )


def quarters_with_counts() -> list[tuple[Quarter, int]]:
    """Every quarter in which a change counts, the newest first."""
    zone = settings.REPORTING_TIME_ZONE
    groups = (
        ChangeRequest.objects.exclude(counted_at=None)
        .order_by()
        .annotate(quarter=TruncQuarter("counted_at", tzinfo=ZoneInfo(zone)))
        .values_list("quarter")
        .annotate(count=Count("pk"))
    )
    return sorted(((quarter_of(start, zone), count) for start, count in groups), reverse=True)


def _verdicts(rows: list[ListedChange]) -> dict[str, int]:
    counts = Counter(finding.verdict for row in rows for finding in row.judgement.findings)
    return {verdict.value: counts[verdict] for verdict in Verdict}
