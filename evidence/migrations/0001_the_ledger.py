"""The ledger and the packages, as they were when these migrations became one."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import evidence.vocabulary


class Migration(migrations.Migration):
    replaces = [
        ("evidence", "0001_initial"),
        ("evidence", "0002_the_log"),
        ("evidence", "0003_more_parts_of_a_package"),
        ("evidence", "0004_package_log_size"),
        ("evidence", "0005_management_responses"),
    ]

    initial = True

    dependencies = [
        ("changes", "0001_the_record"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vkey", models.CharField(max_length=300, unique=True)),
                ("introduction", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.PositiveBigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkpoints",
                        to="evidence.logkey",
                    ),
                ),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["size", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("size", "key"), name="checkpoint_once_for_a_size_and_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 1)), name="checkpoint_covers_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("type", models.CharField(db_index=True, max_length=60)),
                ("change_number", models.PositiveIntegerField(db_index=True, null=True)),
                ("record", models.CharField(db_index=True, max_length=80)),
                ("record_sha256", models.CharField(max_length=64)),
                ("actor", models.CharField(blank=True, max_length=40)),
                ("occurred_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(db_index=True)),
                ("is_late", models.BooleanField(default=False)),
                ("canonical", models.BinaryField()),
            ],
            options={
                "ordering": ["received_at", "id"],
                "indexes": [
                    models.Index(
                        fields=["change_number", "received_at"],
                        name="evidence_ev_change__c4f4c2_idx",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record", models.CharField(max_length=80)),
                ("field", models.CharField(max_length=60)),
                ("legal_basis", models.CharField(max_length=30)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_by__isnull", True),
                            models.Q(("done_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="erasure_by_two_persons",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=("record", "field"),
                        name="erasure_asked_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("index", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaf",
                        to="evidence.event",
                    ),
                ),
                ("leaf_hash", models.BinaryField()),
                ("subtrees", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "leaves",
                "ordering": ["index"],
            },
        ),
        migrations.CreateModel(
            name="LedgerCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("entries", models.PositiveBigIntegerField()),
                ("records", models.PositiveBigIntegerField()),
                ("found", models.PositiveIntegerField(help_text="How many differences there are.")),
                (
                    "differences",
                    models.JSONField(default=list, help_text="The first of them, in sentences."),
                ),
            ],
            options={
                "ordering": ["finished_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ManagementResponse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.CharField(max_length=6)),
                ("reference", models.CharField(max_length=300)),
                ("cause", models.TextField()),
                ("response", models.TextField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_on", models.DateField()),
                ("is_done", models.BooleanField(default=False)),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["written_at", "pk"],
                "indexes": [
                    models.Index(
                        fields=["quarter", "reference"], name="evidence_ma_quarter_f3781c_idx"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        name="response_reference_is_not_blank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", ""), _negated=True),
                            models.Q(("response", ""), _negated=True),
                        ),
                        name="response_has_its_texts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Package",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.CharField(max_length=6)),
                ("revision", models.PositiveIntegerField()),
                ("is_interim", models.BooleanField(default=False)),
                ("record_sha256", models.CharField(max_length=64)),
                ("record_as_of", models.DateTimeField()),
                ("compiled_at", models.DateTimeField()),
                (
                    "compiled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("file_name", models.CharField(max_length=100, unique=True)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("summary", models.JSONField(default=dict)),
                (
                    "log_size",
                    models.PositiveBigIntegerField(
                        default=0, help_text="How many entries of the log its checkpoint covers."
                    ),
                ),
            ],
            options={
                "ordering": ["-quarter", "-revision"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quarter", "revision"), name="package_revision_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revision__gte", 1)), name="package_revision_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256", ""), _negated=True),
                        name="package_sha256_is_not_blank",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "checkpoint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_stamp",
                        to="evidence.checkpoint",
                    ),
                ),
                ("token", models.BinaryField()),
                ("authority", models.CharField(max_length=300)),
                ("stamped_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CompileJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.CharField(max_length=6)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("freeze", "freeze"),
                            ("sheets", "sheets"),
                            ("publish", "publish"),
                        ],
                        default="freeze",
                        max_length=10,
                    ),
                ),
                ("is_forced", models.BooleanField(default=False)),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("heartbeat_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("total", models.PositiveIntegerField(default=0)),
                ("record_sha256", models.CharField(blank=True, max_length=64)),
                ("frozen", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True)),
                (
                    "package",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to="evidence.package",
                    ),
                ),
            ],
            options={
                "ordering": ["-requested_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                        name="job_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phase__in", ["freeze", "sheets", "publish"])),
                        name="job_phase_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    evidence.vocabulary.JobState["DONE"],
                                    evidence.vocabulary.JobState["FAILED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        fields=("quarter",),
                        name="job_one_under_way_for_a_quarter",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", evidence.vocabulary.JobState["DONE"]), _negated=True
                            ),
                            ("package__isnull", False),
                            _connector="OR",
                        ),
                        name="job_done_has_a_package",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CompilePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="evidence.compilejob",
                    ),
                ),
                ("ordinal", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dossiers", "dossiers"),
                            ("population", "population"),
                            ("matrix", "matrix"),
                            ("exceptions", "exceptions"),
                            ("unlinked", "unlinked"),
                            ("emergencies", "emergencies"),
                            ("rollbacks", "rollbacks"),
                            ("reconciled", "reconciled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("heartbeat_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("frozen", models.JSONField()),
                ("total", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["ordinal"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                        name="part_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "dossiers",
                                    "population",
                                    "matrix",
                                    "exceptions",
                                    "unlinked",
                                    "emergencies",
                                    "rollbacks",
                                    "reconciled",
                                ],
                            )
                        ),
                        name="part_kind_is_known",
                    ),
                    models.UniqueConstraint(fields=("job", "ordinal"), name="part_ordinal_once"),
                    models.CheckConstraint(
                        condition=models.Q(("done__lte", models.F("total"))),
                        name="part_done_within_total",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="disclosure",
                        serialize=False,
                        to="evidence.event",
                    ),
                ),
                ("values", models.JSONField()),
            ],
        ),
    ]
