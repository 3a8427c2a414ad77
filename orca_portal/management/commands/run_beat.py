from django.conf import settings
from django.core.management.base import BaseCommand

from orca_portal.celery import app


class Command(BaseCommand):
    help = "Run Celery beat for this database: the sweep that takes up stuck jobs."

    def handle(self, **_: object) -> None:
        schedule = settings.VAR_DIR / "run" / f"beat-{settings.DATABASE_MARK}"
        app.Beat(schedule=str(schedule), loglevel="INFO", pidfile=None).run()
