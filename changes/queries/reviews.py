"""Reviews that are due: of the policy each quarter, and of each emergency."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min, Q

from changes.models import ChangeRequest, PolicyReview, PolicyVersion
from changes.quarters import Quarter, parse_quarter, quarter_of
from changes.queries.policies import (
    approved_versions,
    reporting_date,
    version_in_force,
    version_on,
)
from changes.rules.findings import Finding
from changes.rules.policy_reviews import SignedReview, policy_reviewed_in_quarter
from changes.rules.reviews import review_due_on
from changes.rules.working_days import holidays_of
from changes.vocabulary import Category, Environment, Verdict


@dataclass(frozen=True)
class QuarterReview:
    """How the policy review of one quarter stands."""

    quarter: Quarter
    review: PolicyReview | None
    finding: Finding

    @property
    def is_overdue(self) -> bool:
        return self.finding.verdict is Verdict.FAILED and self.review is None


@dataclass(frozen=True)
class EmergencyReview:
    """A post-incident review that has not been held; `is_open` says whether anybody opened it."""

    change: ChangeRequest
    due_on: date
    is_open: bool
    is_overdue: bool


def policy_reviews(at: datetime) -> list[QuarterReview]:
    """Every quarter since the record began, the newest first."""
    signed = PolicyReview.objects.select_related("reviewed_by", "policy_version")
    reviews = {review.quarter: review for review in signed}
    zone = settings.REPORTING_TIME_ZONE
    quarters = {*quarters_to_review(at), *(parse_quarter(name, zone) for name in reviews)}
    return [_quarter_review(q, reviews.get(str(q)), at) for q in sorted(quarters, reverse=True)]


def quarters_to_review(at: datetime) -> list[Quarter]:
    """From this quarter back to the first one with a policy and a change, or a signed review."""
    zone = settings.REPORTING_TIME_ZONE
    quarter = first = quarter_of(at, zone)
    counted = ChangeRequest.objects.aggregate(first=Min("counted_at"))["first"]
    if counted:
        effective = approved_versions()[0].effective_on
        begun = datetime(effective.year, effective.month, effective.day, tzinfo=ZoneInfo(zone))
        first = min(quarter, quarter_of(max(counted, begun), zone))
    found = [quarter]
    while quarter > first:
        quarter = quarter.previous
        found.append(quarter)
    return found


def overdue_policy_reviews(at: datetime) -> list[QuarterReview]:
    return [review for review in policy_reviews(at) if review.is_overdue]


def reviews_to_hold(at: datetime) -> list[EmergencyReview]:
    """Of each emergency that went to production and is not reviewed, the most urgent first."""
    emergencies = ChangeRequest.objects.filter(
        Q(post_incident_review=None) | Q(post_incident_review__held_at=None),
        category=Category.EMERGENCY,
        deployments__environment=Environment.PRODUCTION,
    )
    rows = emergencies.annotate(first_deployed_at=Min("deployments__started_at"))
    today, versions = local_date(at), approved_versions()
    found = []
    for change in rows.select_related("post_incident_review"):
        review = getattr(change, "post_incident_review", None)
        due = review.due_on if review else due_on(change.first_deployed_at, versions)
        found.append(EmergencyReview(change, due, review is not None, due < today))
    return sorted(found, key=lambda row: (row.due_on, row.change.number))


def due_on(incident_at: datetime, versions: list[PolicyVersion] | None = None) -> date:
    """By the policy in force at the incident: its working days, on its calendar, in its zone."""
    policy = version_on(reporting_date(incident_at), versions or approved_versions())
    day = incident_at.astimezone(ZoneInfo(policy.window_time_zone)).date()
    working_days = policy.post_incident_review_working_days
    return review_due_on(day, working_days, holidays_of(policy.holiday_calendar))


def local_date(at: datetime) -> date:
    """The day in the zone of the policy in force, by which reviews are late."""
    return at.astimezone(ZoneInfo(version_in_force(at).window_time_zone)).date()


def _quarter_review(quarter: Quarter, review: PolicyReview | None, at: datetime) -> QuarterReview:
    signed = SignedReview(review.reviewed_by.name, review.reviewed_at) if review else None
    return QuarterReview(quarter, review, policy_reviewed_in_quarter(quarter, signed, at))
