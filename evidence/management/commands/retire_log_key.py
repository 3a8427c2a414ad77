"""`retire_log_key`: a key that was replaced signs no more, and its private file is destroyed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from changes import clock
from changes.workflow.refusals import Refusal
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.keys import destroy_retired, path_of, retire_key
from evidence.ledger.notes import parse_vkey
from evidence.models import LogKey


class Command(BaseCommand):
    help = (
        "Retires a key of the log that rotate_log_key has replaced, for a reason that goes on the"
        " log. Its private file is destroyed here; copies that you keep elsewhere are yours to"
        " destroy. What it signed verifies for ever."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="the key's line, or the eight digits in its middle")
        parser.add_argument("--reason", required=True, help="why it signs no more")

    def handle(self, *args: Any, key: str, reason: str, **options: Any) -> None:
        found = [row for row in LogKey.objects.all() if key in {row.vkey, _digits(row)}]
        if not found:
            known = ", ".join(_digits(row) for row in LogKey.objects.all()) or "none yet"
            raise CommandError(f"The log has no key {key}. Its keys: {known}.", returncode=2)
        try:
            retire_key(key=found[0], reason=reason, actor=None, at=clock.now())
            checkpoint_now(clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        finally:
            destroy_retired()  # also what was left when a retirement before was cut off
        self.stdout.write(f"Retired: {found[0].vkey}")
        self.stderr.write(
            f"{path_of(parse_vkey(found[0].vkey)).name} is destroyed on this machine."
        )


def _digits(key: LogKey) -> str:
    return parse_vkey(key.vkey).key_id.hex()
