"""Publishing: the sheets and tables of a job become one zip, whole or not at all."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from changes import clock
from changes.announcements import Announcement, announce
from evidence.ledger.tree import root_at
from evidence.models import CompileJob, CompilePart, Package
from evidence.packages.bundle import Bundle, Entry, entry_of, file_digest, to_disk
from evidence.packages.document import annex_path, long_tables, main_document
from evidence.packages.jobs import Lost, finish_job, keep_job, unfinished
from evidence.packages.kept import MissingSheet, is_kept, path_of
from evidence.packages.log_files import log_files, records_file, sign_manifest
from evidence.packages.manifest import counts, manifest
from evidence.packages.oscal import oscal_results
from evidence.packages.plain import instant
from evidence.packages.recorded import record_files
from evidence.packages.rows import POPULATION_COLUMNS
from evidence.packages.stored_files import LISTING, add_stored_files
from evidence.packages.tables import Tables, write_exceptions, write_reconciliation
from evidence.packages.workbook import write_workbook
from evidence.vocabulary import JobState, PartKind

Facts = dict[str, Any]
Files = dict[str, Path]
TABLE_FILES = (
    "population.csv",
    "population.json",
    "control-tests.csv",
    "exceptions.csv",
    "reconciliation.csv",
)


def publish(job: CompileJob) -> Package:
    revision = next_revision(job.quarter)
    name = f"orca-cc8.1-{job.quarter}-r{revision}.zip"
    with _building(job) as folder:
        target = _build(job, folder, revision, name)
        to_disk(target)
        return _make_visible(job, target, revision)


def next_revision(quarter: str) -> int:
    latest = Package.objects.filter(quarter=quarter).aggregate(last=Max("revision"))["last"]
    return (latest or 0) + 1


def _build(job: CompileJob, folder: Path, revision: int, name: str) -> Path:
    files = _sheets_and_tables(job, folder)
    keep_job(job)
    tables = long_tables(job.frozen, lambda kind: list(_slices(job, kind)))
    digests = [entry_of(path, files[path]) for path in TABLE_FILES]
    files |= _further(job, folder, digests)
    told = [(item["key"], item["told"]) for item in _items(job, PartKind.DOSSIERS)]
    files |= records_file(folder, told)
    entry, until = record_files(job.frozen, files), job.frozen["log_size"]
    size, keys = entry + 1, [key for key, _ in told]
    files |= log_files(folder, size, keys, until, alive=_now_and_then(job))
    job.frozen["checkpoint"] = {"size": size, "root": root_at(size).hex(), "recorded": entry}
    with Bundle(folder / name) as bundle:
        document = folder / "evidence-package.pdf"
        document.write_bytes(main_document(job.frozen, revision, name, tables, digests))
        files[document.name] = document
        bundle.add_all(files.items(), alive=lambda: keep_job(job))
        listing = folder / "manifest.json"
        listing.write_text(manifest(job.frozen, revision, bundle.entries), encoding="utf-8")
        bundle.add(listing.name, listing)
        signature = folder / "manifest.sig"
        signature.write_text(sign_manifest(listing, size), encoding="utf-8")
        bundle.add(signature.name, signature)
    return folder / name


def _sheets_and_tables(job: CompileJob, folder: Path) -> Files:
    """Every file but the main document and the manifest, by its path in the package."""
    files: Files = {path: folder / path for path in TABLE_FILES}
    alive = _now_and_then(job)
    with Tables(folder) as tables:
        for item in _items(job, PartKind.DOSSIERS):
            alive()
            tables.add(item)
            files[f"dossiers/{item['key']}.pdf"] = _kept(item["sheet"])
        tables.finish()
    register = (PartKind.EXCEPTIONS, PartKind.UNLINKED)
    rows = (row for kind in register for row in _items(job, kind))
    write_exceptions(folder / "exceptions.csv", rows)
    write_reconciliation(folder / "reconciliation.csv", _items(job, PartKind.RECONCILED))
    for part in job.parts.exclude(kind=PartKind.DOSSIERS).iterator(chunk_size=1):
        if "sheet" in part.frozen:
            path = annex_path(PartKind(part.kind), part.frozen["number"])
            files[path] = _kept(part.frozen["sheet"])
    return files


def _further(job: CompileJob, folder: Path, digests: list[Entry]) -> Files:
    """The same facts in other forms, and the stored evidence itself."""
    book, results = folder / "population.xlsx", folder / "oscal-assessment-results.json"
    rows = (item["row"] for item in _items(job, PartKind.DOSSIERS))
    values = ([row[name] for name in POPULATION_COLUMNS] for row in rows)
    write_workbook(book, "population", POPULATION_COLUMNS, values)
    results.write_text(oscal_results(job.frozen, digests), encoding="utf-8")
    stored = add_stored_files(folder, _items(job, PartKind.DOSSIERS))
    return {**stored, LISTING: folder / LISTING, book.name: book, results.name: results}


def _parts(job: CompileJob, kind: PartKind) -> Iterator[CompilePart]:
    return job.parts.filter(kind=kind).order_by("ordinal").iterator(chunk_size=2)


def _items(job: CompileJob, kind: PartKind) -> Iterator[Facts]:
    return (item for part in _parts(job, kind) for item in part.frozen["rows"])


def _slices(job: CompileJob, kind: PartKind) -> Iterator[Facts]:
    """What the main document needs of each part: of an annex only its number and its length."""
    for part in _parts(job, kind):
        if "sheet" in part.frozen:
            yield {
                "sheet": True,
                "number": part.frozen["number"],
                "total": len(part.frozen["rows"]),
            }
        else:
            yield {"rows": part.frozen["rows"]}


def _kept(name: str) -> Path:
    if not is_kept(name):
        raise MissingSheet(name)
    return path_of(name)


def _now_and_then(job: CompileJob, every: int = 200) -> Callable[[], None]:
    calls = 0

    def alive() -> None:
        nonlocal calls
        calls += 1
        if calls % every == 0:
            keep_job(job)

    return alive


@contextmanager
def _building(job: CompileJob) -> Iterator[Path]:
    """A folder beside the packages, on the same disk. What a killed attempt left goes first."""
    packages = Path(settings.PACKAGES_DIR)
    for leftover in packages.glob(".building-*-*"):
        if _is_nobodys(leftover, job):
            shutil.rmtree(leftover, ignore_errors=True)
    folder = packages / f".building-{job.pk}-{job.claim}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_nobodys(folder: Path, job: CompileJob) -> bool:
    """Of an earlier attempt at this job, or of a job that is over."""
    owner = int(folder.name.split("-")[1])
    return owner == job.pk or not unfinished().filter(pk=owner).exists()


def _make_visible(job: CompileJob, target: Path, revision: int) -> Package:
    """The file in its place and its row, while nobody else may finish the job."""
    with transaction.atomic():
        mine = CompileJob.objects.select_for_update().filter(
            pk=job.pk, claim=job.claim, state=JobState.RUNNING
        )
        if not mine:
            raise Lost
        package = Package.objects.create(**_values(job, target, revision))
        at, actor = package.compiled_at, package.compiled_by
        announce(Announcement("package.published", package, at, actor))
        finish_job(job, package)
        target.replace(Path(settings.PACKAGES_DIR) / target.name)
        to_disk(Path(settings.PACKAGES_DIR))
    return package


def _values(job: CompileJob, target: Path, revision: int) -> Facts:
    frozen = job.frozen
    return {
        "quarter": job.quarter,
        "revision": revision,
        "is_interim": frozen["setting"]["interim"],
        "record_sha256": frozen["record_sha256"],
        "record_as_of": instant(frozen["record_as_of"]),
        "log_size": frozen["checkpoint"]["size"],
        "compiled_at": clock.now(),
        "compiled_by": job.requested_by,
        "file_name": target.name,
        "size_bytes": target.stat().st_size,
        "sha256": file_digest(target),
        "summary": {**counts(frozen), "verdicts": frozen["summary"]["totals"]},
    }
