"""`rotate_log_key`: a new key signs from now on; the old one introduces it, and stays good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from changes import clock
from changes.workflow.refusals import Refusal
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.keys import current_key, rotate_key


class Command(BaseCommand):
    help = (
        "Makes a new key for the log. The old key signs a note that names it, which goes into every"
        " package, and nothing else any more. Prints the new key line."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            current_key()
            key = rotate_key(actor=None, at=clock.now())
            checkpoint_now(clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(key.vkey)
