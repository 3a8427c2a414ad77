"""`reconcile 2026Q3`: does everything in production belong to a change request, and back?"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from changes import clock
from changes.quarters import Quarter, QuarterError
from evidence.forms import quarter_that_has_begun
from evidence.queries.reconciliation import reconciled
from evidence.queries.silence import silent_sources
from evidence.reconciliation.facts import Item, Match
from evidence.reconciliation.silence import Silence
from evidence.reconciliation.totals import Totals

UNUSABLE, UNMATCHED = 2, 1
TEXT, JSON = "text", "json"


class Command(BaseCommand):
    help = (
        "Reconcile the commits, deployments and change requests of a quarter."
        " Exit status: 0 everything is matched, if late; 1 something is unmatched; 2 nothing done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quarter", help="a year, Q and 1 to 4, such as 2026Q3")
        parser.add_argument("--format", choices=[TEXT, JSON], default=TEXT)

    def handle(self, *, quarter: str, format: str, **_: Any) -> None:  # noqa: A002 - the option
        try:
            wanted = quarter_that_has_begun(quarter)
        except QuarterError as error:
            raise CommandError(str(error), returncode=UNUSABLE) from error
        totals = Totals()
        try:
            unmatched = [i for i in totals.counted(reconciled(wanted)) if _is_open(i)]
            silent = list(silent_sources(wanted, clock.now()))
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"The database does not answer: {reason}", returncode=UNUSABLE
            ) from error
        if format == JSON:
            self.stdout.write(json.dumps(_as_json(wanted, totals, unmatched, silent)))
        else:
            self._say(wanted, totals, unmatched, silent)
        if unmatched:
            sys.exit(UNMATCHED)

    def _say(
        self, quarter: Quarter, totals: Totals, unmatched: list[Item], silent: list[Silence]
    ) -> None:
        self.stdout.write(
            f"{quarter}, from {quarter.start:%Y-%m-%d %H:%M} until before"
            f" {quarter.end:%Y-%m-%d %H:%M} UTC ({quarter.time_zone})"
        )
        for name, counts in totals.as_json().items():
            figures = "   ".join(f"{word.replace('_', ' ')} {n}" for word, n in counts.items())
            self.stdout.write(f"{name:<12} {figures}")
        for item in unmatched:
            self.stdout.write(f"unmatched {item.kind} {item.id}: {item.reason}")
        for silence in silent:
            self.stdout.write(f"silent {silence.sentence}")


def _is_open(item: Item) -> bool:
    return item.match is Match.UNMATCHED


def _as_json(
    quarter: Quarter, totals: Totals, unmatched: list[Item], silent: list[Silence]
) -> dict[str, Any]:
    """The contract's names; what stands beside them explains them."""
    return {
        "quarter": str(quarter),
        "time_zone": quarter.time_zone,
        **totals.as_json(),
        "unmatched_items": [
            {
                "id": item.id,
                "reason": item.reason,
                "kind": item.kind,
                "repository": item.repository,
                "at": item.at.isoformat().replace("+00:00", "Z"),
            }
            for item in unmatched
        ],
        "silent_sources": [
            {
                "repository": silence.repository,
                "what": silence.what,
                "first_day": silence.first_day and silence.first_day.isoformat(),
                "last_day": silence.last_day and silence.last_day.isoformat(),
                "days": silence.days,
                "sentence": silence.sentence,
            }
            for silence in silent
        ],
    }
