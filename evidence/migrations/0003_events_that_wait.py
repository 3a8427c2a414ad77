"""A table of what waits for its leaf, filled with what waits already."""

import django.db.models.deletion
from django.db import migrations, models

NOTE_WAITING = """
INSERT INTO evidence_waitingevent (event_id, received_at)
SELECT e.id, e.received_at FROM evidence_event e
LEFT JOIN evidence_leaf l ON l.event_id = e.id WHERE l.event_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_whole_responses"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingEvent",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="waiting",
                        serialize=False,
                        to="evidence.event",
                    ),
                ),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["received_at", "event_id"],
                "indexes": [
                    models.Index(
                        fields=["received_at", "event"], name="evidence_wa_receive_2af5d2_idx"
                    )
                ],
            },
        ),
        migrations.RunSQL(NOTE_WAITING, migrations.RunSQL.noop),
    ]
