"""The Celery app and the beat schedule."""

import os

from celery import Celery
from celery.schedules import crontab

from orca_portal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orca_portal.settings")

broker.register()
app = Celery("orca_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "take up stuck jobs": {"task": "evidence.requeue_stuck_jobs", "schedule": 15.0},
    "handle deliveries that wait": {
        "task": "changes.handle_waiting_deliveries",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "tell git hosts what is missing": {
        "task": "changes.send_statuses",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "fetch diffs of pull requests": {
        "task": "changes.fetch_diffs",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "see how branches are protected": {
        "task": "changes.snapshot_protection",
        "schedule": crontab(minute=23),
    },
    "ask for deliveries that got lost": {
        "task": "changes.ask_for_lost_deliveries",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "sample running rollouts": {
        "task": "changes.sample_rollouts",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "seal what waits": {
        "task": "evidence.seal_events",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "sign the log": {
        "task": "evidence.issue_checkpoint",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "time-stamp the newest checkpoint": {
        "task": "evidence.stamp_checkpoint",
        "schedule": crontab(minute=41),
    },
    "check the whole ledger": {
        "task": "evidence.check_ledger",
        "schedule": crontab(hour=2, minute=17),
    },
    "send notifications": {
        "task": "changes.send_notifications",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "try proposals": {
        "task": "changes.run_dry_runs",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "tell what is overdue": {"task": "changes.queue_overdue", "schedule": 3600.0},
    "ask for rollbacks": {
        "task": "changes.call_rollback_executor",
        "schedule": 3.0,
        "options": {"expires": 10},
    },
}
