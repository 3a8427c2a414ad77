"""The whole ledger checked: the log itself, and the record against it."""

from django.db import connection

from changes import clock
from evidence.ledger.check_log import LogCheck, Progress, name_unsealed
from evidence.ledger.check_records import check_named, check_records
from evidence.ledger.check_signed import check_end
from evidence.ledger.differences import Differences
from evidence.ledger.guards import missing_guards
from evidence.ledger.sequence import is_any_unsealed, seal_everything
from evidence.ledger.tree import Unsealed
from evidence.ledger.whole.prove import prove_whole
from evidence.models import LedgerCheck


def check_ledger(progress: Progress | None = None, processes: int = 1) -> LedgerCheck:
    """Reads everything and keeps the result. What is committed meanwhile is the next check's."""
    started_at, differences = clock.now(), Differences()
    tell = progress or _nobody
    try:
        seal_everything()
    except Unsealed as error:
        differences.add(f"Nothing can be added to the log: {error}")
    for table in missing_guards(connection):
        differences.add(f"The table {table} is not guarded against changes: run migrate.")
    entries, records = _compared(differences, tell, processes)
    return LedgerCheck.objects.create(
        started_at=started_at,
        finished_at=clock.now(),
        entries=entries,
        records=records,
        found=differences.found,
        differences=differences.sentences,
    )


def _compared(differences: Differences, tell: Progress, processes: int) -> tuple[int, int]:
    """How many entries and records were read: at once, or with care where the log is not whole."""
    proved = prove_whole(tell, processes)
    if proved is None:
        log = LogCheck(differences)
        entries = log.run(tell)
        return entries, check_records(log.latest, differences, tell)
    check_end(proved.entries, differences)
    if is_any_unsealed():
        name_unsealed(differences)
    check_named(proved.doubtful, differences)
    return proved.entries, proved.records


def _nobody(done: int, total: int) -> None:
    """Nobody watches."""
