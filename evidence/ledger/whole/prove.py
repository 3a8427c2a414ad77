"""The usual case at once: that the log is whole, and that every record is what it tells.

The log and the tables are read in stretches that know nothing of each other, by several processes
where the database lets them. A stretch that is not whole is left to the careful check.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, connections
from django.db.models import Count, Max, Min

from evidence.ledger import tree
from evidence.ledger.check_log import Progress
from evidence.ledger.coverage import covered_models
from evidence.ledger.notes import BadNote
from evidence.ledger.whole.digests import Digests
from evidence.ledger.whole.entries import Stretch, whole_stretch
from evidence.ledger.whole.rows import live_stretch

STRETCH = 1 << 15
WORTH_PROCESSES = 50_000
FAR_APART = 20
UNREADABLE = (BadNote, LookupError, DatabaseError, TypeError, ValueError)
Run = Callable[..., Iterator[Any]]


@dataclass
class Proved:
    """`doubtful` are records whose rows are not what the log tells, or may not be."""

    entries: int
    records: int = 0
    doubtful: list[str] = field(default_factory=list)


def prove_whole(progress: Progress, processes: int = 1) -> Proved | None:
    """None where the log is not whole, or where a row cannot be read."""
    entries = tree.size()
    stretches = [(start, min(start + STRETCH, entries)) for start in range(0, entries, STRETCH)]
    tables = [
        (model._meta.label, part.start, part.stop)
        for model in covered_models()
        for part in _parts(model)
    ]
    with _workers(processes if entries >= WORTH_PROCESSES else 1) as run:
        of_the_log, of_the_tables = run(_entries, stretches), run(_rows, tables)
        told = _told(of_the_log, len(stretches), progress)
        if told is None:
            return None
        proved, live = Proved(entries), Digests()
        for done, found in enumerate(of_the_tables, 1):
            if found is None:
                return None
            proved.records += found[0]
            live.follow(found[1])
            progress(done, len(tables))
    proved.doubtful = list(told.unlike(live))
    return proved


def _told(stretches: Iterator[Stretch | None], number: int, progress: Progress) -> Digests | None:
    """Each stretch began from what was stored; it has to be what the one before it came to."""
    told, edge = Digests(), list[bytes]()
    for done, stretch in enumerate(stretches, 1):
        if stretch is None or stretch.before != edge:
            return None
        edge = stretch.after
        told.follow(stretch.told)
        progress(done, number)
    return told


def _parts(model: Any) -> list[range]:
    """Stretches of its numbers; one for all of them where they lie far apart."""
    ends = model._meta.base_manager.aggregate(first=Min("pk"), last=Max("pk"), rows=Count("pk"))
    if not ends["rows"]:
        return []
    numbers = range(ends["first"], ends["last"] + 1)
    if numbers[-1] - numbers[0] > STRETCH + FAR_APART * ends["rows"]:
        return [numbers]
    return [numbers[start : start + STRETCH] for start in range(0, len(numbers), STRETCH)]


def _entries(part: tuple[int, int]) -> Stretch | None:
    try:
        return whole_stretch(*part)
    except UNREADABLE:
        return None


def _rows(part: tuple[str, int, int]) -> tuple[int, Digests] | None:
    label, start, end = part
    try:
        return live_stretch(apps.get_model(label), start, end)
    except UNREADABLE:
        return None


@contextmanager
def _workers(processes: int) -> Iterator[Run]:
    """Within a transaction nobody else would see what it wrote."""
    if processes == 1 or connection.in_atomic_block or _is_in_memory():
        yield map
        return
    connections.close_all()  # each process opens its own
    with get_context("fork").Pool(processes) as pool:
        yield pool.imap


def _is_in_memory() -> bool:
    return connection.vendor == "sqlite" and bool(connection.is_in_memory_db())  # type: ignore[attr-defined]
