"""Freezing: one snapshot of the record of a quarter becomes the parts of a job."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Max

from changes import clock
from changes.models import Organisation
from changes.quarters import Quarter
from changes.queries.policies import approved_versions
from evidence.exceptions.answers import answered, answers_of
from evidence.ledger.canonical import digest_of
from evidence.ledger.checkpoints import issue_checkpoint
from evidence.models import CompileJob, CompilePart
from evidence.packages import rows
from evidence.packages.collect import FrozenChange, Setting, frozen_changes
from evidence.packages.cut import cut_behind, ready_to_cut, record_events, seen_of_the_log
from evidence.packages.incidents import emergencies_of, rollbacks_of
from evidence.packages.jobs import keep_job
from evidence.packages.kept import annex_name, dossier_name, is_kept
from evidence.packages.plain import exact
from evidence.packages.reconciliation import Reconciliation, exception_row, is_exception
from evidence.packages.register import quarter_exceptions
from evidence.packages.scope import scope_of
from evidence.packages.snapshot import snapshot
from evidence.packages.spool import Spool
from evidence.packages.summary import Summary
from evidence.queries.reconciliation import reconciled
from evidence.vocabulary import TABLES, JobState, PartKind, Phase

CHANGES_IN_A_PART = 20
# A longer table is cut into annexes of so many rows; a shorter one stands in the main document.
ROWS_IN_A_TABLE = 150
ROWS_OF_A_CSV = 1000
SIZES = {
    PartKind.DOSSIERS: CHANGES_IN_A_PART,
    PartKind.RECONCILED: ROWS_OF_A_CSV,
    **dict.fromkeys(TABLES, ROWS_IN_A_TABLE),
}
PARTS_AT_ONCE = 10

Facts = dict[str, Any]
Answer = Callable[[Facts], Facts]


def setting_of(quarter: Quarter) -> Setting:
    """Judged as of the last event in the log, of a quarter that is over not before its end: the
    same record gives the same verdicts, whenever it is asked.
    """
    organisation, is_open = Organisation.objects.get(), quarter.is_open(clock.now())
    judged_at = _as_of() if is_open else max(_as_of(), quarter.end)
    return Setting(
        quarter=quarter,
        is_interim=is_open,
        is_sample=organisation.is_sample,
        organisation=organisation.name,
        judged_at=judged_at,
        answers=answers_of(quarter),
    )


def record_digest(quarter: Quarter) -> str:
    """What `freeze` would find, without keeping anything."""
    with snapshot():
        setting = setting_of(quarter)
        return str(_collected(setting, None)["record_sha256"])


def freeze(quarter: Quarter, spool: Spool) -> Facts:
    """Fills the spool; what the package needs beside it comes back.

    The log is cut behind everything that the snapshot saw.
    """
    ready_to_cut()
    with snapshot():
        frozen, seen = _collected(setting_of(quarter), spool), seen_of_the_log()
    size = cut_behind(seen)
    if size:  # every dossier encloses a proof, so a checkpoint has to cover all that was seen
        issue_checkpoint(size=size, at=clock.now())
    return {**frozen, "log_size": size}


def _collected(setting: Setting, spool: Spool | None) -> Facts:
    summary, digest = Summary(setting.quarter), hashlib.sha256()
    reconciliation, as_of = Reconciliation(), _as_of()
    answers = setting.answers
    _add(digest, "answers", digest_of(answers))
    answer = partial(answered, quarter=setting.quarter, answers=answers)
    until = as_of if setting.is_interim else setting.quarter.end
    scope: Facts = exact(scope_of(setting.quarter, until))
    _add(digest, "scope", digest_of({"setting": setting.facts(), "scope": scope}))
    for change in frozen_changes(setting):
        _add(digest, "change", change.sha256)
        summary.add(change.facts)
        _keep(change, spool, answer)
    for item in reconciled(setting.quarter):
        row = reconciliation.add(item)
        _add(digest, "reconciled", digest_of(row))
        _keep_reconciled(row, spool, answer)
    counts = summary.facts()
    for row in quarter_exceptions(setting, scope, counts):
        if spool:
            spool.add(PartKind.EXCEPTIONS, answer(row))
    return {
        "setting": setting.facts(),
        "scope": scope,
        "summary": counts,
        "reconciliation": reconciliation.facts(),
        "record_sha256": digest.hexdigest(),
        "record_as_of": exact(as_of),
        "rows": {str(kind): number for kind, number in spool.counts.items()} if spool else {},
    }


def _add(digest: "hashlib._Hash", what: str, sha256: str) -> None:
    digest.update(f"{what} {sha256}\n".encode())


def _keep(change: FrozenChange, spool: Spool | None, answer: Answer) -> None:
    if spool is None:
        return
    facts = change.facts
    row, name = rows.population_row(facts), dossier_name(change.sha256)
    kept: Facts = {"key": change.key, "sha256": change.sha256, "sheet": name, "row": row}
    kept |= {"tests": facts["tests"], "files": facts["files"]}
    kept |= {"told": change.told, "facts": None if is_kept(name) else facts}
    spool.add(PartKind.DOSSIERS, kept)
    spool.add(PartKind.POPULATION, row)
    spool.add(PartKind.MATRIX, rows.matrix_row(facts))
    for exception in rows.exceptions_of(facts):
        spool.add(PartKind.EXCEPTIONS, answer(exception))
    for emergency in emergencies_of(facts):
        spool.add(PartKind.EMERGENCIES, emergency)
    for rollback in rollbacks_of(facts):
        spool.add(PartKind.ROLLBACKS, rollback)


def _keep_reconciled(row: Facts, spool: Spool | None, answer: Answer) -> None:
    if spool is None:
        return
    spool.add(PartKind.RECONCILED, row)
    if is_exception(row):
        spool.add(PartKind.UNLINKED, answer(exception_row(row)))


def _as_of() -> datetime:
    """The last event in the log; of an empty log the approval of the newest policy version."""
    last: datetime | None = record_events().aggregate(at=Max("received_at"))["at"]
    return last or max(filter(None, (v.approved_at for v in approved_versions())))


def store(job: CompileJob, frozen: Facts, spool: Spool) -> None:
    """The parts, all or none; from here on any worker may take one."""
    with transaction.atomic():
        keep_job(job)
        job.parts.all().delete()
        parts = _parts(job, frozen, spool)
        while batch := list(islice(parts, PARTS_AT_ONCE)):
            CompilePart.objects.bulk_create(batch)
        CompileJob.objects.filter(pk=job.pk).update(
            phase=Phase.SHEETS,
            claim="",
            total=frozen["summary"]["changes"],
            record_sha256=frozen["record_sha256"],
            frozen=frozen,
            heartbeat_at=clock.now(),
        )


def _parts(job: CompileJob, frozen: Facts, spool: Spool) -> Iterator[CompilePart]:
    parts = (
        _part(
            kind,
            number,
            items,
            frozen,
            is_annex=kind in TABLES and spool.counts[kind] > ROWS_IN_A_TABLE,
        )
        for kind in SIZES
        for number, items in enumerate(spool.slices(kind), start=1)
    )
    for ordinal, part in enumerate(parts):
        part.job, part.ordinal, part.heartbeat_at = job, ordinal, clock.now()
        yield part


def _part(
    kind: PartKind, number: int, items: list[Facts], frozen: Facts, *, is_annex: bool
) -> CompilePart:
    """`total` counts its sheets. What is rendered already, or needs no sheet, is done."""
    held: Facts = {"rows": items, "number": number}
    if kind is PartKind.DOSSIERS:
        sheets, is_made = len(items), all(item["facts"] is None for item in items)
    elif is_annex:
        held["setting"] = frozen["setting"]
        held["sheet"] = annex_name(kind, number, held)
        sheets, is_made = 1, is_kept(held["sheet"])
    else:
        sheets, is_made = 0, True
    part = CompilePart(kind=kind, frozen=held, total=sheets)
    if is_made:
        part.state, part.done = JobState.DONE, sheets
    return part
