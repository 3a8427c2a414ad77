from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from orca_portal.celery import app


class Command(BaseCommand):
    help = "Run one Celery worker for this database (one process; start two for two cores)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default="1", help="tells workers on one machine apart")
        parser.add_argument("--pool", default="solo", help="solo (default) or prefork")

    def handle(self, *, name: str, pool: str, **_: object) -> None:
        node = f"{settings.CELERY_TASK_DEFAULT_QUEUE}-{name}@%h"
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        arguments = ["--pool", pool, "--hostname", node, "--loglevel", "INFO"]
        app.worker_main(["worker", *arguments, *alone])
