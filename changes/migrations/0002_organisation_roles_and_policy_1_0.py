"""The organisation's row, a group for each role, and the customer's policy, version 1.0."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from django.db import migrations

ROLES = ["engineer", "tech lead", "on-call", "compliance", "policy administrator", "auditor"]

POLICY = {
    "effective_on": date(2025, 10, 31),
    "state": "approved",
    "approved_at": datetime(2025, 10, 31, tzinfo=UTC),
    "summary": "The change management process as the customer wrote it, version 1.0.",
    "required_fields": [
        "description",
        "business_justification",
        "risk_assessment",
        "rollback_plan",
        "testing_evidence",
        "affected_systems",
    ],
    "tech_leads_per_system": 1,
    "peer_reviewers_minimum": 1,
    "post_incident_review_working_days": 5,
    "emergency_share_maximum_percent": Decimal(10),
    "tests_passed_minimum_percent": Decimal(100),
    "tests_skipped_maximum_percent": Decimal(5),
    "coverage_minimum_percent": Decimal(80),
    "critical_findings_maximum": 0,
    "code_reviews_minimum": 1,
    "required_scanners": ["CodeQL", "npm audit", "Snyk"],
    "pipeline_checks": {
        "build": ["compile", "linters"],
        "test": ["unit", "integration"],
        "security_scan": ["CodeQL", "npm audit", "Snyk"],
        "deploy_staging": ["staging"],
        "end_to_end": ["synthetic"],
        "deploy_production": ["manual release", "canary", "full"],
    },
    "window_time_zone": "America/Los_Angeles",
    "window_days": [1, 2, 3, 4],
    "window_reason_days": [5],
    "window_opens": time(10),
    "window_closes": time(16),
    "rollout_stages": ["canary", "10", "50", "100"],
    "error_rate_maximum_percent": Decimal("1.5"),
    "latency_p95_maximum_ms": 700,
    "trigger_sustained_seconds": 300,
    "sampling_gap_maximum_seconds": 60,
    "health_failures_maximum": 3,
}


def seed(apps, schema_editor):
    apps.get_model("changes", "Organisation").objects.get_or_create(id=1)
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)
    apps.get_model("changes", "PolicyVersion").objects.get_or_create(version="1.0", defaults=POLICY)


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0001_the_record"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
