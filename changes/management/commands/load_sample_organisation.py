from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from changes.clock import ClockError
from changes.sample.load import is_loaded, load_sample
from changes.workflow.refusals import Refusal


class Command(BaseCommand):
    help = (
        "Loads the sample organisation, a fabricated quarter, into an empty database of its own."
        " Needs ORCA_SIMULATED_CLOCK=1, which a real portal never has."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not _is_migrated():
                raise CommandError("Migrate the database first: manage.py migrate.", returncode=2)
            if is_loaded():
                self._say("The sample organisation is loaded already.")
                return
            count = load_sample(self._say)
        except (ClockError, Refusal, DatabaseError) as error:
            raise CommandError(str(error), returncode=2) from error
        self._say(f"The sample organisation is loaded: {count} changes.")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence, style_func=str)


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
