"""The record, as it was when these migrations became one."""

import datetime
from decimal import Decimal

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import changes.models.people
import changes.rules.policy
import changes.vocabulary


class Migration(migrations.Migration):
    replaces = [
        ("changes", "0001_initial"),
        ("changes", "0003_results_of_files"),
        ("changes", "0004_reported_deployments"),
        ("changes", "0005_values_for_further_rules"),
        ("changes", "0006_late_entries"),
        ("changes", "0007_the_inbox"),
        ("changes", "0008_commit_status"),
        ("changes", "0009_interfaces"),
        ("changes", "0010_proposals_notifications_and_means"),
        ("changes", "0011_rollouts_watched"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=150, null=True, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "kind",
                    models.CharField(
                        choices=[("human", "human"), ("bot", "bot"), ("service", "service")],
                        default="human",
                        max_length=10,
                    ),
                ),
                ("time_zone", models.CharField(default="UTC", max_length=50)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "is_staff",
                    models.BooleanField(default=False, verbose_name="may open the admin site"),
                ),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "people",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["human", "bot", "service"])),
                        name="person_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="person_name_is_not_blank",
                    ),
                ],
            },
            managers=[
                ("objects", changes.models.people.PersonManager()),
            ],
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.CharField(max_length=20, unique=True)),
                ("effective_on", models.DateField(unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "proposed"), ("approved", "approved")],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                (
                    "summary",
                    models.TextField(help_text="What this version changes, in a sentence or two."),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "required_fields",
                    models.JSONField(default=changes.rules.policy.DEFAULTS.fields_list),
                ),
                ("tech_leads_per_system", models.PositiveSmallIntegerField(default=1)),
                ("peer_reviewers_minimum", models.PositiveSmallIntegerField(default=1)),
                ("post_incident_review_working_days", models.PositiveSmallIntegerField(default=5)),
                (
                    "holiday_calendar",
                    models.CharField(
                        blank=True,
                        default="US",
                        help_text="Working days leave these out: a country, or one of its regions, such as US-CA.",
                        max_length=20,
                    ),
                ),
                (
                    "emergency_share_maximum_percent",
                    models.DecimalField(decimal_places=2, default=Decimal(10), max_digits=5),
                ),
                (
                    "tests_passed_minimum_percent",
                    models.DecimalField(decimal_places=2, default=Decimal(100), max_digits=5),
                ),
                (
                    "tests_skipped_maximum_percent",
                    models.DecimalField(decimal_places=2, default=Decimal(5), max_digits=5),
                ),
                (
                    "coverage_minimum_percent",
                    models.DecimalField(decimal_places=2, default=Decimal(80), max_digits=5),
                ),
                ("critical_findings_maximum", models.PositiveSmallIntegerField(default=0)),
                ("code_reviews_minimum", models.PositiveSmallIntegerField(default=1)),
                (
                    "required_scanners",
                    models.JSONField(default=changes.rules.policy.DEFAULTS.scanners_list),
                ),
                (
                    "pipeline_checks",
                    models.JSONField(default=changes.rules.policy.DEFAULTS.pipeline_dict),
                ),
                (
                    "window_time_zone",
                    models.CharField(default="America/Los_Angeles", max_length=50),
                ),
                (
                    "window_days",
                    models.JSONField(
                        default=changes.rules.policy.DEFAULTS.window_days_list,
                        help_text="ISO days, Monday is 1.",
                    ),
                ),
                (
                    "window_reason_days",
                    models.JSONField(
                        default=changes.rules.policy.DEFAULTS.reason_days_list,
                        help_text="Days that are avoided: a deployment inside the hours needs a recorded reason.",
                    ),
                ),
                ("window_opens", models.TimeField(default=datetime.time(10, 0))),
                (
                    "window_closes",
                    models.TimeField(
                        default=datetime.time(16, 0), help_text="The first moment outside."
                    ),
                ),
                (
                    "deployer_roles",
                    models.JSONField(
                        default=changes.rules.policy.DEFAULTS.deployers_list,
                        help_text="Who may release and deploy to production.",
                    ),
                ),
                (
                    "rollout_stages",
                    models.JSONField(default=changes.rules.policy.DEFAULTS.rollout_list),
                ),
                (
                    "error_rate_maximum_percent",
                    models.DecimalField(decimal_places=2, default=Decimal("1.5"), max_digits=5),
                ),
                ("latency_p95_maximum_ms", models.PositiveIntegerField(default=700)),
                ("trigger_sustained_seconds", models.PositiveIntegerField(default=300)),
                ("sampling_gap_maximum_seconds", models.PositiveIntegerField(default=60)),
                ("health_failures_maximum", models.PositiveSmallIntegerField(default=3)),
                (
                    "rollback_within_seconds",
                    models.PositiveIntegerField(
                        default=300,
                        help_text="How soon after a trigger fired the rollback has begun.",
                    ),
                ),
                (
                    "rollback_commands",
                    models.JSONField(
                        default=changes.rules.policy.DEFAULTS.rollback_commands_dict,
                        help_text="The steps of a rollback by hand: always, and where the schema changed.",
                    ),
                ),
                (
                    "document_paths",
                    models.JSONField(
                        default=changes.rules.policy.DEFAULTS.document_paths_dict,
                        help_text="Where each document is kept.",
                    ),
                ),
                (
                    "document_triggers",
                    models.JSONField(
                        default=changes.rules.policy.DEFAULTS.document_triggers_dict,
                        help_text="Which touched files ask for each document.",
                    ),
                ),
                (
                    "advisory_days_maximum",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="From the day of a security advisory to the deployment.",
                    ),
                ),
                (
                    "late_entry_after_hours",
                    models.PositiveIntegerField(
                        default=24,
                        help_text="What is recorded later than this after it happened shows as late.",
                    ),
                ),
            ],
            options={
                "ordering": ["effective_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved"])),
                        name="policy_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version", ""), _negated=True),
                        name="policy_version_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tests_passed_minimum_percent__gte", 0),
                            ("tests_passed_minimum_percent__lte", 100),
                        ),
                        name="policy_tests_passed_minimum_percent_is_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tests_skipped_maximum_percent__gte", 0),
                            ("tests_skipped_maximum_percent__lte", 100),
                        ),
                        name="policy_tests_skipped_maximum_percent_is_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("coverage_minimum_percent__gte", 0),
                            ("coverage_minimum_percent__lte", 100),
                        ),
                        name="policy_coverage_minimum_percent_is_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("emergency_share_maximum_percent__gte", 0),
                            ("emergency_share_maximum_percent__lte", 100),
                        ),
                        name="policy_emergency_share_maximum_percent_is_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("error_rate_maximum_percent__gte", 0),
                            ("error_rate_maximum_percent__lte", 100),
                        ),
                        name="policy_error_rate_maximum_percent_is_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("window_opens__lt", models.F("window_closes"))),
                        name="policy_window_is_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed_by__isnull", True),
                            ("approved_by__isnull", True),
                            models.Q(("proposed_by", models.F("approved_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="policy_approved_by_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", changes.vocabulary.PolicyState["APPROVED"]), _negated=True
                            ),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="policy_approved_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="System",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("description", models.TextField(blank=True)),
                (
                    "is_infrastructure",
                    models.BooleanField(
                        default=False,
                        help_text="A change to it needs its tech lead's approval, whatever the category.",
                    ),
                ),
                ("in_scope_from", models.DateField(blank=True, null=True)),
                ("in_scope_until", models.DateField(blank=True, null=True)),
                (
                    "tech_leads",
                    models.ManyToManyField(
                        blank=True, related_name="leads", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="system_name_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_scope_until__isnull", True),
                            ("in_scope_until__gte", models.F("in_scope_from")),
                            _connector="OR",
                        ),
                        name="system_in_scope_until_not_before_in_scope_from",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardProcedure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True)),
                ("title", models.CharField(max_length=200)),
                ("steps", models.TextField()),
                ("parameter_limits", models.JSONField(blank=True, default=dict)),
                ("valid_from", models.DateField()),
                (
                    "expires_on",
                    models.DateField(
                        help_text="The first day on which it may not be used any more."
                    ),
                ),
                ("systems", models.ManyToManyField(related_name="procedures", to="changes.system")),
            ],
            options={
                "ordering": ["title"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="procedure_title_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on__isnull", True),
                            ("expires_on__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="procedure_expires_on_not_before_valid_from",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("title", models.TextField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("standard", "standard"),
                            ("normal", "normal"),
                            ("emergency", "emergency"),
                        ],
                        default="normal",
                        max_length=10,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("portal", "portal"),
                            ("imported", "imported"),
                            ("retroactive", "retroactive"),
                        ],
                        default="portal",
                        max_length=12,
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("code", "code"),
                            ("console_change", "console change"),
                            ("feature_flag", "feature flag"),
                            ("vendor_patch", "vendor patch"),
                            ("database_operation", "database operation"),
                        ],
                        default="code",
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("deploying", "deploying"),
                            ("deployed", "deployed"),
                            ("verified", "verified"),
                            ("closed", "closed"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                            ("rolled_back", "rolled back"),
                            ("recorded", "recorded"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requested_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("description", models.TextField(blank=True)),
                ("business_justification", models.TextField(blank=True)),
                ("risk_assessment", models.TextField(blank=True)),
                ("rollback_plan", models.TextField(blank=True)),
                ("testing_evidence", models.TextField(blank=True)),
                (
                    "is_infrastructure",
                    models.BooleanField(
                        default=False,
                        help_text="Declared by the requester; it asks for a tech lead, whatever the category.",
                        verbose_name="infrastructure or architecture",
                    ),
                ),
                (
                    "changes_schema",
                    models.BooleanField(default=False, verbose_name="changes the database schema"),
                ),
                (
                    "standard_procedure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="changes.standardprocedure",
                    ),
                ),
                ("procedure_parameters", models.JSONField(blank=True, default=dict)),
                ("incident_url", models.URLField(blank=True)),
                (
                    "advisory",
                    models.CharField(
                        blank=True,
                        help_text="The advisory that this change answers, such as CVE-2026-1234.",
                        max_length=100,
                        verbose_name="security advisory",
                    ),
                ),
                (
                    "advisory_published_on",
                    models.DateField(
                        blank=True,
                        help_text="The day from which the time to answer it counts.",
                        null=True,
                        verbose_name="advisory published on",
                    ),
                ),
                (
                    "avoided_day_reason",
                    models.TextField(
                        blank=True, help_text="Why it is deployed on a day that the policy avoids."
                    ),
                ),
                ("drafted_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "planned_for",
                    models.DateTimeField(
                        blank=True, help_text="When its deployment is planned to begin.", null=True
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "policy_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="changes.policyversion",
                    ),
                ),
                (
                    "counted_at",
                    models.DateTimeField(
                        blank=True,
                        db_index=True,
                        help_text="The instant that places the change in a quarter (design: quarters).",
                        null=True,
                    ),
                ),
                (
                    "systems",
                    models.ManyToManyField(blank=True, related_name="changes", to="changes.system"),
                ),
            ],
            options={
                "ordering": ["-number"],
                "indexes": [
                    models.Index(fields=["state", "-number"], name="changes_cha_state_433583_idx"),
                    models.Index(
                        fields=["category", "-number"], name="changes_cha_categor_403c7e_idx"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("category__in", ["standard", "normal", "emergency"])),
                        name="change_category_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "means__in",
                                [
                                    "code",
                                    "console_change",
                                    "feature_flag",
                                    "vendor_patch",
                                    "database_operation",
                                ],
                            )
                        ),
                        name="change_means_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["portal", "imported", "retroactive"])),
                        name="change_origin_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "deploying",
                                    "deployed",
                                    "verified",
                                    "closed",
                                    "rejected",
                                    "withdrawn",
                                    "rolled_back",
                                    "recorded",
                                ],
                            )
                        ),
                        name="change_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="change_number_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="change_has_a_title"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    changes.vocabulary.State["DRAFT"],
                                    changes.vocabulary.State["WITHDRAWN"],
                                    changes.vocabulary.State["RECORDED"],
                                ],
                            ),
                            models.Q(
                                ("policy_version__isnull", False), ("submitted_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="change_submitted_has_time_and_policy",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", changes.vocabulary.State["CLOSED"]), _negated=True),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="change_closed_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", changes.vocabulary.State["RECORDED"]), _negated=True
                            ),
                            models.Q(
                                ("origin", changes.vocabulary.Origin["PORTAL"]), _negated=True
                            ),
                            _connector="OR",
                        ),
                        name="change_recorded_is_not_from_the_portal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Repository",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True)),
                ("host", models.CharField(blank=True, max_length=100)),
                ("url", models.URLField(blank=True)),
                ("production_branch", models.CharField(default="main", max_length=200)),
                (
                    "system",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repositories",
                        to="changes.system",
                    ),
                ),
                (
                    "reports_deployments",
                    models.BooleanField(
                        default=False,
                        help_text="A deployment system reports to the portal for this repository.",
                    ),
                ),
                (
                    "reports_reviews",
                    models.BooleanField(
                        default=False,
                        help_text="The git host reports reviews and checks for this repository.",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "repositories",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="repository_name_is_not_blank",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Deployment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deployments",
                        to="changes.changerequest",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deployments",
                        to="changes.repository",
                    ),
                ),
                (
                    "environment",
                    models.CharField(
                        choices=[("staging", "staging"), ("production", "production")],
                        default="production",
                        max_length=12,
                    ),
                ),
                ("revision", models.CharField(max_length=64)),
                ("artifact_digest", models.CharField(blank=True, max_length=100)),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="How the deployment system knows it, with the system's name: vercel:dpl_1.",
                        max_length=200,
                    ),
                ),
                (
                    "is_reported",
                    models.BooleanField(
                        default=False,
                        help_text="A deployment system reported it; nobody asked the portal.",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "roles_held",
                    models.JSONField(
                        blank=True, default=list, help_text="What the deployer was when it started."
                    ),
                ),
                ("started_at", models.DateTimeField(db_index=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("rolled_back", "rolled back"),
                        ],
                        default="running",
                        max_length=12,
                    ),
                ),
                (
                    "policy_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.policyversion",
                    ),
                ),
            ],
            options={
                "ordering": ["started_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("environment__in", ["staging", "production"])),
                        name="deployment_environment_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["running", "succeeded", "failed", "rolled_back"])
                        ),
                        name="deployment_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("finished_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="deployment_finished_at_not_before_started_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", True),
                                ("outcome", changes.vocabulary.DeploymentOutcome["RUNNING"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("outcome", changes.vocabulary.DeploymentOutcome["RUNNING"]),
                                    _negated=True,
                                ),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="deployment_finished_unless_running",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("environment", changes.vocabulary.Environment["PRODUCTION"]),
                            ("is_reported", False),
                            ("outcome", changes.vocabulary.DeploymentOutcome["RUNNING"]),
                        ),
                        fields=("change",),
                        name="deployment_one_running_to_production",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("external_id",),
                        name="deployment_once_by_external_id",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "trigger",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("error_rate", "error rate"),
                            ("latency", "latency"),
                            ("health_check", "health check"),
                            ("manual", "manual"),
                        ],
                        max_length=15,
                    ),
                ),
                ("labels", models.JSONField(default=dict)),
                ("summary", models.TextField(blank=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "deployment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="changes.deployment",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "fingerprint"],
                "constraints": [
                    models.UniqueConstraint(fields=("fingerprint", "starts_at"), name="alert_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("ends_at__gte", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="alert_ends_at_not_before_starts_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trigger", ""),
                            ("trigger__in", ["error_rate", "latency", "health_check", "manual"]),
                            _connector="OR",
                        ),
                        name="alert_trigger_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PullRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pull_requests",
                        to="changes.repository",
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                (
                    "change",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pull_requests",
                        to="changes.changerequest",
                    ),
                ),
                ("title", models.TextField(blank=True)),
                ("url", models.URLField(blank=True, max_length=500)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("head_revision", models.CharField(blank=True, max_length=64)),
                ("merge_revision", models.CharField(blank=True, max_length=64)),
                (
                    "merged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("head_branch", models.CharField(blank=True, max_length=250)),
                ("is_open", models.BooleanField(default=True)),
                ("commit_count", models.PositiveIntegerField(null=True)),
                (
                    "names_change",
                    models.PositiveBigIntegerField(
                        help_text="The number of the change that its branch, title or body names.",
                        null=True,
                    ),
                ),
                (
                    "told_as",
                    models.CharField(
                        blank=True,
                        help_text="Orders what hosts tell of it: the latest counts.",
                        max_length=100,
                    ),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("merged_at", models.DateTimeField(null=True)),
                ("linked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["repository", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("repository", "number"), name="pull_request_number_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pull_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statuses",
                        to="changes.pullrequest",
                    ),
                ),
                ("revision", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=10)),
                ("description", models.CharField(max_length=140)),
                ("is_sent", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "commit statuses",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pull_request", "revision"), name="commit_status_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_sent", False), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="commit_status_sent_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("github", "github"),
                            ("gitlab", "gitlab"),
                            ("vercel", "vercel"),
                            ("alertmanager", "alertmanager"),
                        ],
                        max_length=12,
                    ),
                ),
                ("delivery_id", models.CharField(max_length=100)),
                ("event", models.CharField(max_length=60)),
                ("content_type", models.CharField(max_length=40)),
                ("raw_body", models.BinaryField()),
                ("body_sha256", models.CharField(db_index=True, max_length=64)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["github", "gitlab", "vercel", "alertmanager"])
                        ),
                        name="delivery_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delivery_id", ""), _negated=True),
                        name="delivery_delivery_id_is_not_blank",
                    ),
                    models.UniqueConstraint(fields=("source", "delivery_id"), name="delivery_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "person",
                    models.ForeignKey(
                        help_text="A service of its own, or the person whose roles it borrows.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acts as",
                    ),
                ),
                ("scopes", models.JSONField(default=list)),
                ("secret_sha256", models.CharField(max_length=64, unique=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="token_name_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("secret_sha256", ""), _negated=True),
                        name="token_secret_sha256_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__isnull", True),
                            ("expires_at__gte", models.F("created_at")),
                            _connector="OR",
                        ),
                        name="token_expires_at_not_before_created_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at__isnull", True),
                            ("revoked_at__gte", models.F("created_at")),
                            _connector="OR",
                        ),
                        name="token_revoked_at_not_before_created_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeployGateAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_answers",
                        to="changes.changerequest",
                    ),
                ),
                ("revision", models.CharField(blank=True, max_length=64)),
                ("allowed", models.BooleanField()),
                ("reasons", models.JSONField(default=list)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.token",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DocumentationUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="changes.changerequest",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("changelog", "changelog"),
                            ("readme", "readme"),
                            ("runbook", "runbook"),
                            ("api_docs", "api docs"),
                        ],
                        max_length=10,
                    ),
                ),
                ("path", models.CharField(blank=True, max_length=500)),
                ("recorded_at", models.DateTimeField()),
                (
                    "waiver_reason",
                    models.TextField(blank=True, help_text="Why it need not be updated."),
                ),
                (
                    "waiver_asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("waived_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["kind", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["changelog", "readme", "runbook", "api_docs"])
                        ),
                        name="document_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("waived_by__isnull", True),
                            models.Q(
                                models.Q(("waiver_reason", ""), _negated=True),
                                models.Q(("waived_by", models.F("waiver_asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="document_waived_by_another_person",
                    ),
                    models.UniqueConstraint(
                        fields=("change", "kind", "path"), name="document_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence_items",
                        to="changes.changerequest",
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=255)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("content", models.FileField(upload_to="evidence/")),
                ("effective_at", models.DateTimeField(help_text="When the content was produced.")),
                ("uploaded_at", models.DateTimeField(help_text="When the portal received it.")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["uploaded_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("change", "sha256"), name="evidence_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256", ""), _negated=True),
                        name="evidence_item_sha256_is_not_blank",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Freeze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "systems",
                    models.ManyToManyField(blank=True, related_name="freezes", to="changes.system"),
                ),
            ],
            options={
                "ordering": ["starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="freeze_reason_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("ends_at__gte", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="freeze_ends_at_not_before_starts_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_results",
                        to="changes.repository",
                    ),
                ),
                ("revision", models.CharField(db_index=True, max_length=64)),
                (
                    "gate",
                    models.CharField(
                        choices=[
                            ("tests", "tests"),
                            ("coverage", "coverage"),
                            ("security_scan", "security scan"),
                        ],
                        max_length=15,
                    ),
                ),
                ("tool", models.CharField(max_length=100)),
                ("numbers", models.JSONField()),
                (
                    "evidence_item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_results",
                        to="changes.evidenceitem",
                    ),
                ),
                ("produced_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["produced_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("gate__in", ["tests", "coverage", "security_scan"])),
                        name="gate_result_gate_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("evidence_item__isnull", True)),
                        fields=("repository", "revision", "gate", "tool", "produced_at"),
                        name="gate_result_once",
                    ),
                    models.UniqueConstraint(
                        fields=("repository", "revision", "gate", "evidence_item"),
                        name="gate_result_once_for_a_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HealthSample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="changes.deployment",
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                (
                    "error_rate_percent",
                    models.DecimalField(decimal_places=6, max_digits=9, null=True),
                ),
                ("latency_p95_ms", models.DecimalField(decimal_places=6, max_digits=14, null=True)),
                ("is_healthy", models.BooleanField(null=True)),
            ],
            options={
                "ordering": ["taken_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("deployment", "taken_at"), name="sample_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("error_rate_percent__gte", 0), ("error_rate_percent__lte", 100)
                        ),
                        name="sample_error_rate_percent_is_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("latency_p95_ms__isnull", True),
                            ("latency_p95_ms__gte", 0),
                            _connector="OR",
                        ),
                        name="sample_latency_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="changes.repository",
                    ),
                ),
                ("source", models.CharField(max_length=500)),
                ("source_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("finished", "finished")],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("problems", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["-started_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "finished"])),
                        name="import_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("finished_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="import_finished_at_not_before_started_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("caller", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=255)),
                ("request_sha256", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.BinaryField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "kept replies",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("caller", "key"), name="reply_once_for_a_key"),
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        name="reply_key_is_not_blank",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Login",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("host", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=254)),
            ],
            options={
                "ordering": ["host", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("host"),
                        django.db.models.functions.text.Lower("name"),
                        name="login_names_one_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="login_name_is_not_blank",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "email"), ("webhook", "webhook")], max_length=10
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[("waits", "waits"), ("fired", "fired"), ("overdue", "overdue")],
                        max_length=10,
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.changerequest",
                    ),
                ),
                ("text", models.TextField()),
                (
                    "path",
                    models.CharField(
                        help_text="Where to look, below the portal's address.", max_length=200
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("sending", "sending"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("unconfirmed", "unconfirmed"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("queued_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["queued_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["next_attempt_at"],
                        name="notification_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "webhook"])),
                        name="notification_channel_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("occasion__in", ["waits", "fired", "overdue"])),
                        name="notification_occasion_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "sending", "sent", "failed", "unconfirmed"])
                        ),
                        name="notification_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        name="notification_key_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="notification_text_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", "email"), _negated=True),
                            ("recipient__isnull", False),
                            _connector="OR",
                        ),
                        name="notification_email_has_a_recipient",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OnCallShift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shifts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("ends_at__gte", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="shift_ends_at_not_before_starts_at",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "starts_at"), name="shift_starts_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(default="ORCA", max_length=100)),
                (
                    "log_origin",
                    models.CharField(default="orca.example/change-evidence", max_length=100),
                ),
                ("is_sample", models.BooleanField(default=False)),
                ("last_change_number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "organisation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="organisation_is_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PipelineRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="changes.repository",
                    ),
                ),
                ("revision", models.CharField(db_index=True, max_length=64)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("build", "build"),
                            ("test", "test"),
                            ("security_scan", "security scan"),
                            ("deploy_staging", "deploy staging"),
                            ("end_to_end", "end to end"),
                            ("deploy_production", "deploy production"),
                        ],
                        max_length=20,
                    ),
                ),
                ("check_name", models.CharField(max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("passed", "passed"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("url", models.URLField(blank=True, max_length=500)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["started_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    "build",
                                    "test",
                                    "security_scan",
                                    "deploy_staging",
                                    "end_to_end",
                                    "deploy_production",
                                ],
                            )
                        ),
                        name="run_stage_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["running", "passed", "failed", "cancelled"])
                        ),
                        name="run_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("finished_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="run_finished_at_not_before_started_at",
                    ),
                    models.UniqueConstraint(
                        fields=("repository", "revision", "stage", "check_name", "started_at"),
                        name="run_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.CharField(max_length=6, unique=True)),
                (
                    "policy_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="changes.policyversion"
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reviewed_at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["quarter"],
            },
        ),
        migrations.CreateModel(
            name="PostIncidentReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="post_incident_review",
                        to="changes.changerequest",
                    ),
                ),
                ("due_on", models.DateField()),
                ("incident_at", models.DateTimeField()),
                ("held_at", models.DateTimeField(null=True)),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("findings", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["due_on"],
            },
        ),
        migrations.CreateModel(
            name="PostMortem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="post_mortem",
                        to="changes.changerequest",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("what_happened", models.TextField(blank=True)),
                ("root_cause", models.TextField(blank=True)),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approved_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["opened_at"],
            },
        ),
        migrations.CreateModel(
            name="ProductionRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="changes.changerequest",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revision", models.CharField(max_length=64)),
                ("roles_held", models.JSONField(default=list)),
                ("released_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["released_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("change", "revision"), name="release_once_for_a_revision"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refused_actions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refused_actions",
                        to="changes.changerequest",
                    ),
                ),
                ("what", models.CharField(max_length=200)),
                ("status", models.PositiveSmallIntegerField()),
                ("sentence", models.TextField()),
                ("refused_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ["-refused_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("what", ""), _negated=True),
                        name="refused_action_what_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sentence", ""), _negated=True),
                        name="refused_action_sentence_is_not_blank",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("github", "github"),
                            ("gitlab", "gitlab"),
                            ("vercel", "vercel"),
                            ("alertmanager", "alertmanager"),
                        ],
                        max_length=12,
                    ),
                ),
                ("delivery_id", models.CharField(blank=True, max_length=100)),
                ("status", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=40)),
                ("sentence", models.TextField()),
                ("size_bytes", models.PositiveBigIntegerField(null=True)),
                ("received_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name_plural": "refused deliveries",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["github", "gitlab", "vercel", "alertmanager"])
                        ),
                        name="refused_delivery_source_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RepositoryNews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="news",
                        to="changes.repository",
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                ("action", models.CharField(blank=True, max_length=40)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("happened_at", models.DateTimeField()),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name_plural": "news of repositories",
                "ordering": ["happened_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("repository", "kind", "name", "action", "happened_at"),
                        name="news_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pull_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="changes.pullrequest",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("approved", "approved"),
                            ("changes_requested", "changes requested"),
                            ("commented", "commented"),
                            ("dismissed", "dismissed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("revision", models.CharField(max_length=64)),
                ("submitted_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["submitted_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["approved", "changes_requested", "commented", "dismissed"],
                            )
                        ),
                        name="review_state_is_known",
                    ),
                    models.UniqueConstraint(
                        fields=("pull_request", "person", "state", "submitted_at"),
                        name="review_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rollback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deployment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rollback",
                        to="changes.deployment",
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("error_rate", "error rate"),
                            ("latency", "latency"),
                            ("health_check", "health check"),
                            ("manual", "manual"),
                        ],
                        max_length=15,
                    ),
                ),
                ("reason", models.TextField()),
                ("observed", models.JSONField(blank=True, default=dict)),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["started_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trigger__in", ["error_rate", "latency", "health_check", "manual"])
                        ),
                        name="rollback_trigger_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("finished_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="rollback_finished_at_not_before_started_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RollbackCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rollback",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call",
                        to="changes.rollback",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("answered", "answered"),
                            ("given_up", "given up"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("body", models.TextField()),
                ("asked_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="Not to be tried before; moved while one tries."
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "answered", "given_up"])),
                        name="call_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", changes.vocabulary.CallState["ANSWERED"]), _negated=True
                            ),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="call_answered_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RollbackStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rollback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="changes.rollback",
                    ),
                ),
                ("ordinal", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("command", models.CharField(blank=True, max_length=500)),
                ("output", models.TextField()),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("confirmed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["ordinal", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("output", ""), _negated=True),
                        name="rollback_step_output_is_not_blank",
                    ),
                    models.UniqueConstraint(
                        fields=("rollback", "ordinal"), name="rollback_step_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RolloutHalt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="halts",
                        to="changes.deployment",
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "halted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("halted_at", models.DateTimeField()),
                (
                    "resumed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("resumed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["halted_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="halt_reason_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resumed_at__isnull", True),
                            ("resumed_at__gte", models.F("halted_at")),
                            _connector="OR",
                        ),
                        name="halt_resumed_at_not_before_halted_at",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("resumed_at__isnull", True)),
                        fields=("deployment",),
                        name="halt_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RolloutStage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stages",
                        to="changes.deployment",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        choices=[("canary", "canary"), ("10", "10"), ("50", "50"), ("100", "100")],
                        max_length=6,
                    ),
                ),
                (
                    "observer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("healthy", "healthy"), ("halted", "halted")],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "ordering": ["started_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__in", ["canary", "10", "50", "100"])),
                        name="stage_name_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="stage_ended_at_not_before_started_at",
                    ),
                    models.UniqueConstraint(fields=("deployment", "name"), name="stage_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("result", "")),
                            models.Q(
                                ("ended_at__isnull", False), ("result__in", ["healthy", "halted"])
                            ),
                            _connector="OR",
                        ),
                        name="stage_ended_has_a_result",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TriggerFiring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="firings",
                        to="changes.deployment",
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("error_rate", "error rate"),
                            ("latency", "latency"),
                            ("health_check", "health check"),
                            ("manual", "manual"),
                        ],
                        max_length=15,
                    ),
                ),
                ("span_starts_at", models.DateTimeField()),
                ("span_ends_at", models.DateTimeField()),
                ("fired_at", models.DateTimeField()),
                ("observed", models.JSONField(default=dict)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["fired_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trigger__in", ["error_rate", "latency", "health_check", "manual"])
                        ),
                        name="firing_trigger_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("span_ends_at__isnull", True),
                            ("span_ends_at__gte", models.F("span_starts_at")),
                            _connector="OR",
                        ),
                        name="firing_span_ends_at_not_before_span_starts_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
                        to="changes.deployment",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("smoke_tests", "smoke tests"),
                            ("health_checks", "health checks"),
                            ("kpi", "kpi"),
                        ],
                        max_length=15,
                    ),
                ),
                ("has_passed", models.BooleanField()),
                ("details", models.JSONField(blank=True, default=dict)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["recorded_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["smoke_tests", "health_checks", "kpi"])),
                        name="verification_kind_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WindowException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="window_exceptions",
                        to="changes.changerequest",
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approved_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
            ],
            options={
                "ordering": ["approved_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="window_exception_reason_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gte", models.F("approved_at")),
                            _connector="OR",
                        ),
                        name="window_exception_valid_until_not_before_approved_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "post_mortem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="action_items",
                        to="changes.postmortem",
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="action_items",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_on", models.DateField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="action_item_title_is_not_blank",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="changes.changerequest",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("peer reviewer", "peer reviewer"),
                            ("tech lead", "tech lead"),
                            ("on-call", "on-call"),
                        ],
                        max_length=15,
                    ),
                ),
                ("roles_held", models.JSONField(default=list)),
                ("systems_led", models.JSONField(default=list)),
                ("was_on_call", models.BooleanField(default=False)),
                (
                    "decision",
                    models.CharField(
                        choices=[("approved", "approved"), ("rejected", "rejected")], max_length=10
                    ),
                ),
                ("revision", models.CharField(blank=True, max_length=64)),
                ("patch_id", models.CharField(blank=True, max_length=64)),
                ("request_digest", models.CharField(max_length=64)),
                ("comment", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["decided_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["peer reviewer", "tech lead", "on-call"])),
                        name="approval_role_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["approved", "rejected"])),
                        name="approval_decision_is_known",
                    ),
                    models.UniqueConstraint(
                        fields=("change", "person", "role", "revision", "request_digest"),
                        name="approval_once_for_a_revision_and_wording",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commits",
                        to="changes.repository",
                    ),
                ),
                ("sha", models.CharField(max_length=64)),
                ("parents", models.JSONField(default=list)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "committer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("authored_at", models.DateTimeField()),
                ("committed_at", models.DateTimeField(db_index=True)),
                ("subject", models.TextField(blank=True)),
                ("patch_id", models.CharField(blank=True, max_length=64)),
                ("is_merge", models.BooleanField(default=False)),
                ("is_revert", models.BooleanField(default=False)),
                ("on_production_branch", models.BooleanField(default=False)),
                (
                    "pull_request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commits",
                        to="changes.pullrequest",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        help_text="The request of a commit that came without a pull request.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="direct_commits",
                        to="changes.changerequest",
                    ),
                ),
                (
                    "attribution",
                    models.CharField(
                        choices=[
                            ("subject", "subject"),
                            ("merge_subject", "merge subject"),
                            ("merge_commit", "merge commit"),
                            ("link", "link"),
                            ("none", "none"),
                        ],
                        default="none",
                        max_length=15,
                    ),
                ),
                ("brought_in_by", models.CharField(blank=True, max_length=64)),
                (
                    "paths",
                    models.JSONField(
                        help_text="The files it touches; nothing where the source does not say.",
                        null=True,
                    ),
                ),
                (
                    "branches",
                    models.JSONField(
                        default=list,
                        help_text="Other than the production branch, to which it was pushed.",
                    ),
                ),
                (
                    "names_change",
                    models.PositiveBigIntegerField(
                        help_text="The number of the change that its message names.", null=True
                    ),
                ),
                ("files_changed", models.PositiveIntegerField(null=True)),
                ("lines_added", models.PositiveBigIntegerField(null=True)),
                ("lines_removed", models.PositiveBigIntegerField(null=True)),
                (
                    "co_authors",
                    models.ManyToManyField(
                        blank=True, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["repository", "committed_at", "pk"],
                "indexes": [
                    models.Index(
                        fields=["repository", "committed_at"], name="changes_com_reposit_a90f58_idx"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("repository", "sha"), name="commit_sha_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "attribution__in",
                                ["subject", "merge_subject", "merge_commit", "link", "none"],
                            )
                        ),
                        name="commit_attribution_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attribution", changes.vocabulary.Attribution["NONE"]),
                            ("pull_request__isnull", False),
                            _connector="OR",
                        ),
                        name="commit_attributed_has_a_pull_request",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryJob",
            fields=[
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="job",
                        serialize=False,
                        to="changes.delivery",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("handled", "handled"),
                            ("ignored", "ignored"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sentence", models.TextField(blank=True)),
                (
                    "replay_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replays",
                        to="changes.delivery",
                    ),
                ),
                ("heartbeat_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["heartbeat_at"],
                        name="delivery_job_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "handled", "ignored", "failed"])
                        ),
                        name="delivery_job_state_is_known",
                    )
                ],
            },
        ),
    ]
