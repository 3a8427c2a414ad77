"""The list of changes as CSV: exactly the rows of the page, as it was asked for."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO

from django.conf import settings
from django.db.models import QuerySet

from changes.models import ChangeRequest
from changes.quarters import quarter_of
from changes.queries.listing import ListedChange, Selection, judged_rows, open_ones, selected
from changes.spreadsheets import safe_cell

ROWS_MAXIMUM = 10_000
JUDGED_TOGETHER = 500
COLUMNS = (
    "key",
    "title",
    "category",
    "state",
    "origin",
    "requester",
    "systems",
    "pull_requests",
    "submitted_at_utc",
    "counted_at_utc",
    "quarter",
    "quarter_time_zone",
    "policy_version",
    "judged_by_later_policy",
    "open_rules",
    "waits_for",
)


class TooManyToExport(Exception):
    """More rows than are written in one go."""


def changes_csv(
    changes: QuerySet[ChangeRequest], selection: Selection, at: datetime
) -> tuple[str, int]:
    """The text and its number of rows. All of them, or an error: never a part."""
    text, count = StringIO(newline=""), 0
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in _rows(changes, selection, at):
        writer.writerow([safe_cell(value) for value in _cells(row)])
        count += 1
    return text.getvalue(), count


def _rows(
    changes: QuerySet[ChangeRequest], selection: Selection, at: datetime
) -> Iterable[ListedChange]:
    if selection.only_open:
        return open_ones(changes, selection, at)
    found = selected(changes, selection).values_list("pk", flat=True)
    keys = list(found[: ROWS_MAXIMUM + 1])
    if len(keys) > ROWS_MAXIMUM:
        raise TooManyToExport
    return _in_batches(keys, at)


def _in_batches(keys: list[int], at: datetime) -> Iterator[ListedChange]:
    for start in range(0, len(keys), JUDGED_TOGETHER):
        yield from judged_rows(keys[start : start + JUDGED_TOGETHER], at)


def _cells(row: ListedChange) -> list[object]:
    change, zone = row.change, settings.REPORTING_TIME_ZONE
    open_rules = [finding.rule for finding in row.judgement.findings if finding.is_open]
    return [
        change.key,
        change.title,
        change.category,
        change.state,
        change.origin,
        change.requester.name if change.requester else "",
        "; ".join(system.name for system in change.systems.all()),
        "; ".join(str(pull) for pull in change.pull_requests.all()),
        _utc(change.submitted_at),
        _utc(change.counted_at),
        str(quarter_of(change.counted_at, zone)) if change.counted_at else "",
        zone,
        row.judgement.policy.version,
        row.judgement.facts.is_judged_by_later_policy,
        "; ".join(open_rules) if row.waits_for else "",
        row.waits_for.sentence if row.waits_for else "",
    ]


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None
