"""`verify_ledger`: is the log whole, and is the record what it tells of?"""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from evidence.ledger.check import check_ledger

PROCESSES = min(os.cpu_count() or 1, 4)


class Command(BaseCommand):
    help = (
        "Recomputes the log's tree and compares every record with the entry that tells of it last."
        " Exit status: 0 all is whole; 1 something differs, each difference is named; 2 the log"
        " could not be read."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check = check_ledger(self._progress, processes=PROCESSES)
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database does not answer: {reason}", returncode=2) from error
        for sentence in check.differences:
            self.stdout.write(f"DIFFERENCE: {sentence}")
        if check.found > len(check.differences):
            self.stdout.write(f"... and {check.found - len(check.differences)} more.")
        self.stdout.write(
            f"{check.entries} entries of the log and {check.records} records read:"
            f" {_found(check.found)}."
        )
        if check.found:
            sys.exit(1)

    def _progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} of {total}", ending="")


def _found(number: int) -> str:
    return "whole" if not number else "1 difference" if number == 1 else f"{number} differences"
