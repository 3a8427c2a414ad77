"""A policy version in plain words, and what differs between versions."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from changes.models import PolicyVersion
from changes.rules.windows import DAYS
from changes.vocabulary import label

SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("The request", (("required_fields", "Required before it is submitted"),)),
    (
        "Approval",
        (
            ("tech_leads_per_system", "Tech leads of each affected system"),
            ("peer_reviewers_minimum", "Peer reviewers at least"),
            ("code_reviews_minimum", "Approving code reviews at least"),
        ),
    ),
    (
        "Gates",
        (
            ("tests_passed_minimum_percent", "Tests passed at least"),
            ("tests_skipped_maximum_percent", "Tests skipped at most"),
            ("coverage_minimum_percent", "Line coverage at least"),
            ("critical_findings_maximum", "Critical security findings at most"),
            ("required_scanners", "Required scanners"),
            ("pipeline_checks", "Checks of the pipeline"),
        ),
    ),
    (
        "Deployment window",
        (
            ("window_days", "Open on"),
            ("window_reason_days", "Only with a recorded reason on"),
            ("window_opens", "From"),
            ("window_closes", "Until just before"),
            ("window_time_zone", "Time zone"),
            ("deployer_roles", "Who may release and deploy"),
        ),
    ),
    (
        "Rollout and rollback",
        (
            ("rollout_stages", "Stages"),
            ("error_rate_maximum_percent", "Roll back above an error rate of"),
            ("latency_p95_maximum_ms", "Roll back above a 95th percentile latency of"),
            ("trigger_sustained_seconds", "Where it lasts"),
            ("sampling_gap_maximum_seconds", "A gap between samples ends it after"),
            ("health_failures_maximum", "Health checks failed in a row at most"),
            ("rollback_within_seconds", "After a trigger production is back within"),
            ("rollback_commands", "Steps of a rollback by hand"),
        ),
    ),
    (
        "Documents",
        (
            ("document_paths", "Where they are kept"),
            ("document_triggers", "Files that ask for them"),
        ),
    ),
    (
        "Emergencies",
        (
            ("post_incident_review_working_days", "Post-incident review within"),
            ("holiday_calendar", "Working days leave out the holidays of"),
            ("emergency_share_maximum_percent", "Share of all changes at most"),
        ),
    ),
    (
        "Security advisories",
        (("advisory_days_maximum", "Answered in production within"),),
    ),
    (
        "The record",
        (("late_entry_after_hours", "Recorded late when more than this after it happened"),),
    ),
)


@dataclass(frozen=True)
class Figure:
    label: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One figure through all versions; `cells` are text and whether it is new there."""

    label: str
    cells: list[tuple[str, bool]]


def sections_of(version: PolicyVersion) -> list[tuple[str, list[Figure]]]:
    return [
        (heading, [Figure(text, in_words(name, getattr(version, name))) for name, text in figures])
        for heading, figures in SECTIONS
    ]


def differences(versions: list[PolicyVersion]) -> list[Difference]:
    """The figures that any two versions, oldest first, do not share."""
    found = []
    for name, text in (figure for _, figures in SECTIONS for figure in figures):
        shown = [in_words(name, getattr(version, name)) for version in versions]
        if len(set(shown)) > 1:
            before = [shown[0], *shown]
            cells = [(now, now != old) for old, now in zip(before, shown, strict=False)]
            found.append(Difference(text, cells))
    return found


@dataclass(frozen=True)
class Edit:
    """One figure that a version changes."""

    label: str
    before: str
    after: str


def edits_of(version: PolicyVersion, before: PolicyVersion | None) -> list[Edit]:
    """What differs from the version before it, in words; nothing for the first version."""
    if before is None:
        return []
    rows = (figure for _, figures in SECTIONS for figure in figures)
    edits = (
        Edit(text, in_words(name, getattr(before, name)), in_words(name, getattr(version, name)))
        for name, text in rows
    )
    return [edit for edit in edits if edit.before != edit.after]


def in_words(name: str, value: Any) -> str:
    """A figure with its unit, a list in words."""
    if name in ("window_days", "window_reason_days"):
        return ", ".join(DAYS[day - 1] for day in value) or "no day"
    if isinstance(value, dict):
        return "; ".join(
            f"{label(key)}: {', '.join(items) or 'none'}" for key, items in value.items()
        )
    if name == "holiday_calendar":
        return value or "no country: weekends only"
    if name == "rollout_stages":
        return ", ".join(f"{stage} %" if stage.isdigit() else stage for stage in value)
    if isinstance(value, list):
        return ", ".join(label(item) for item in value) or "none"
    if isinstance(value, Decimal):
        return f"{value.normalize():f} %"
    if hasattr(value, "strftime"):
        return f"{value:%H:%M}"
    return f"{value}{_UNITS.get(name, '')}"


_UNITS = {
    "latency_p95_maximum_ms": " ms",
    "trigger_sustained_seconds": " s",
    "sampling_gap_maximum_seconds": " s",
    "rollback_within_seconds": " s",
    "advisory_days_maximum": " days",
    "post_incident_review_working_days": " working days",
    "late_entry_after_hours": " hours",
}
