"""The policy as rules see it: plain values of one dated version.

The figures live in the database (`changes.models.PolicyVersion`); what stands
here is only their shape, and the lists a new version starts from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from decimal import Decimal
from typing import Any, Self

from changes.vocabulary import DocumentKind, PipelineStage, Role, RolloutStageName

TEXT_FIELDS = (
    "description",
    "business_justification",
    "risk_assessment",
    "rollback_plan",
    "testing_evidence",
)

# When a command of the rollback's runbook is to be run.
ALWAYS, SCHEMA_CHANGED = "always", "schema_changed"


@dataclass(frozen=True)
class Policy:
    """Percentages are of 100, durations in the unit of their name, days ISO (Monday is 1)."""

    version: str
    effective_on: date
    required_fields: tuple[str, ...]
    tech_leads_per_system: int
    peer_reviewers_minimum: int
    post_incident_review_working_days: int
    holiday_calendar: str
    emergency_share_maximum_percent: Decimal
    tests_passed_minimum_percent: Decimal
    tests_skipped_maximum_percent: Decimal
    coverage_minimum_percent: Decimal
    critical_findings_maximum: int
    code_reviews_minimum: int
    required_scanners: tuple[str, ...]
    pipeline_checks: Mapping[str, tuple[str, ...]]
    window_time_zone: str
    window_days: tuple[int, ...]
    window_reason_days: tuple[int, ...]
    window_opens: time
    window_closes: time
    deployer_roles: tuple[str, ...]
    rollout_stages: tuple[str, ...]
    error_rate_maximum_percent: Decimal
    latency_p95_maximum_ms: int
    trigger_sustained_seconds: int
    sampling_gap_maximum_seconds: int
    health_failures_maximum: int
    rollback_within_seconds: int
    rollback_commands: Mapping[str, tuple[str, ...]]
    document_paths: Mapping[str, tuple[str, ...]]
    document_triggers: Mapping[str, tuple[str, ...]]
    advisory_days_maximum: int
    late_entry_after_hours: int

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The figures, without the version's own name and date."""
        return tuple(f.name for f in fields(cls) if f.name not in ("version", "effective_on"))

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{name: _frozen(values[name]) for name in (f.name for f in fields(cls))})


class DEFAULTS:
    """What the lists of a new version start from; callables, as models want them."""

    @staticmethod
    def fields_list() -> list[str]:
        return [*TEXT_FIELDS, "affected_systems"]

    @staticmethod
    def scanners_list() -> list[str]:
        return ["CodeQL", "npm audit", "Snyk"]

    @staticmethod
    def pipeline_dict() -> dict[str, list[str]]:
        return {
            PipelineStage.BUILD.value: ["compile", "linters"],
            PipelineStage.TEST.value: ["unit", "integration"],
            PipelineStage.SECURITY_SCAN.value: ["CodeQL", "npm audit", "Snyk"],
            PipelineStage.DEPLOY_STAGING.value: ["staging"],
            PipelineStage.END_TO_END.value: ["synthetic"],
            PipelineStage.DEPLOY_PRODUCTION.value: ["manual release", "canary", "full"],
        }

    @staticmethod
    def window_days_list() -> list[int]:
        return [1, 2, 3, 4]

    @staticmethod
    def reason_days_list() -> list[int]:
        return [5]

    @staticmethod
    def deployers_list() -> list[str]:
        return [Role.TECH_LEAD.value, Role.ON_CALL.value]

    @staticmethod
    def rollback_commands_dict() -> dict[str, list[str]]:
        """The runbook of a rollback by hand, in its order: always, and where the schema changed."""
        return {
            ALWAYS: ["vercel rollback --yes"],
            SCHEMA_CHANGED: ["tsx scripts/restore_latest_backup.ts --confirm"],
        }

    @staticmethod
    def document_paths_dict() -> dict[str, list[str]]:
        """Where each document is kept; `*` stands for any text, slashes too."""
        return {
            DocumentKind.CHANGELOG.value: ["CHANGELOG.md", "*/CHANGELOG.md"],
            DocumentKind.README.value: ["README.md", "*/README.md"],
            DocumentKind.RUNBOOK.value: ["runbooks/*", "docs/runbooks/*"],
            DocumentKind.API_DOCS.value: ["docs/api/*", "openapi.*", "*/openapi.*"],
        }

    @staticmethod
    def document_triggers_dict() -> dict[str, list[str]]:
        """Which touched files ask for a document. Only a person knows what users notice."""
        return {
            DocumentKind.CHANGELOG.value: [],
            DocumentKind.README.value: [".env.example", "*/.env.example", "config/*"],
            DocumentKind.RUNBOOK.value: ["operations/*", "deploy/*"],
            DocumentKind.API_DOCS.value: ["api/*", "src/api/*"],
        }

    @staticmethod
    def rollout_list() -> list[str]:
        return [stage.value for stage in RolloutStageName]


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: tuple(items) for key, items in value.items()}
    return value
