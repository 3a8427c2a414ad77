"""From the record to a package: once, again, after a change, and with nothing to show."""

import csv
import hashlib
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from changes import clock
from changes.models import Organisation
from evidence.ledger.keys import rotate_key
from evidence.models import CompileJob, CompilePart, Event, Package
from evidence.packages import freeze
from evidence.packages.access import record_download
from evidence.packages.compile import start_job, unchanged_package
from evidence.vocabulary import TABLES, JobState
from tests.evidence.packages.compiling import (
    compiled,
    content_of,
    manifest_of,
    new_job,
    path_of,
    quarter,
    work_off,
)
from tests.factories.request import ChangeRequestFactory
from tests.factories.source import CommitFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_sheets")]
AFTER = NOW.replace(month=10)


def rows(package: Package, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content_of(package)[name].decode())))


def test_package_holds_a_dossier_for_each_change_and_every_table() -> None:
    first, second = make_story(), make_story()

    package = compiled()

    assert list(content_of(package)) == [
        "VERIFY.md",
        "control-tests.csv",
        f"dossiers/{first.change.key}.pdf",
        f"dossiers/{second.change.key}.pdf",
        "evidence-package.pdf",
        "exceptions.csv",
        "files.csv",
        "ledger/checkpoint.note",
        "ledger/events.jsonl",
        "ledger/keys.txt",
        "ledger/leaves.bin",
        f"ledger/proofs/{first.change.key}.tlog-proof",
        f"ledger/proofs/{second.change.key}.tlog-proof",
        "ledger/records.jsonl",
        "oscal-assessment-results.json",
        "population.csv",
        "population.json",
        "population.xlsx",
        "reconciliation.csv",
        "verify.py",
        "manifest.json",
        "manifest.sig",
    ]
    assert package.file_name == "orca-cc8.1-2026Q3-r1.zip"


def test_manifest_names_every_other_file_with_its_digest() -> None:
    make_story()
    package = compiled()
    content = content_of(package)

    files = {file["path"]: file for file in manifest_of(package)["files"]}

    assert files.keys() == content.keys() - {"manifest.json", "manifest.sig"}
    assert list(files) == sorted(files)
    for path, file in files.items():
        assert file["sha256"] == hashlib.sha256(content[path]).hexdigest()
        assert file["size"] == len(content[path])


def test_population_is_what_counts_in_the_quarter() -> None:
    inside, start = make_story(), quarter().start
    at_start = ChangeRequestFactory.create(counted_at=start)
    ChangeRequestFactory.create(counted_at=start - timedelta(microseconds=1))
    ChangeRequestFactory.create(counted_at=quarter().end)
    ChangeRequestFactory.create(is_draft=True)

    keys = [row["key"] for row in rows(compiled(), "population.csv")]

    assert keys == [inside.change.key, at_start.key]


def test_compiled_again_the_same_record_gives_the_existing_revision() -> None:
    make_story()
    first = compiled()

    assert compiled() == first
    assert unchanged_package(quarter()) == first
    assert Package.objects.count() == 1


def test_force_gives_a_new_revision_that_differs_in_nothing_else() -> None:
    make_story()
    first, second = compiled(), compiled(is_forced=True)
    before, after = content_of(first), content_of(second)

    assert (first.revision, second.revision) == (1, 2)
    assert first.record_sha256 == second.record_sha256
    assert {name for name in before if before[name] != after[name]} == {
        "evidence-package.pdf",
        "manifest.json",
        "manifest.sig",
    }
    assert manifest_of(first)["revision"] == 1


def test_changed_record_gives_a_new_revision_and_renders_only_what_changed(
    quick_sheets: list[str],
) -> None:
    story, other = make_story(), make_story()
    compiled()
    quick_sheets.clear()
    story.pass_gates()

    package = compiled()

    assert package.revision == 2
    assert [title for title in quick_sheets if title.startswith("CHG-")] == [
        f"{story.change.key} {story.change.title}"
    ]
    assert f"dossiers/{other.change.key}.pdf" in content_of(package)


def test_open_quarter_is_interim_and_closed_one_is_not() -> None:
    make_story()
    interim = compiled()
    with clock.simulated(AFTER):
        closed = compiled()

    assert (interim.is_interim, closed.is_interim) == (True, False)
    assert (interim.revision, closed.revision) == (1, 2)
    assert [manifest_of(p)["is_interim"] for p in (interim, closed)] == [True, False]


def test_quarter_without_a_change_gives_a_package_that_says_so() -> None:
    package = compiled()

    assert package.summary["changes"] == 0
    assert rows(package, "population.csv") == []
    assert json.loads(content_of(package)["population.json"]) == []


def test_commit_without_a_request_is_an_exception() -> None:
    commit = CommitFactory.create(subject="=cmd|' /C calc'!A0")

    (row,) = [r for r in rows(compiled(), "exceptions.csv") if r["kind"] == "unlinked commit"]

    assert (row["revision"], row["text"]) == (commit.sha, "'=cmd|' /C calc'!A0")


def test_cells_are_harmless_and_json_is_raw() -> None:
    make_story(title='=HYPERLINK("https://example.org")')
    package = compiled()

    assert rows(package, "population.csv")[0]["title"].startswith("'=HYPERLINK")
    assert json.loads(content_of(package)["population.json"])[0]["title"].startswith("=HYPERLINK")


def test_times_are_utc_with_z() -> None:
    make_story().pass_gates().approve().deploy()

    (row,) = rows(compiled(), "population.csv")

    assert row["submitted_at"] == "2026-07-14T16:05:00Z"
    assert row["approved_at"] == "2026-07-14T16:30:00Z"
    assert row["deployed_at"] == "2026-07-14T18:00:00Z"


def test_sample_is_marked_in_the_manifest() -> None:
    Organisation.objects.update(is_sample=True)

    assert manifest_of(compiled())["is_sample"] is True


def test_file_that_was_altered_is_not_given_back() -> None:
    make_story()
    first = compiled()
    path_of(first).write_bytes(b"something else")

    assert unchanged_package(quarter()) is None
    assert compiled().revision == 2


def test_parts_are_gone_when_the_job_is_over() -> None:
    make_story()
    compiled()

    assert CompilePart.objects.count() == 0
    assert CompileJob.objects.get().frozen == {}


def test_sheet_that_vanished_is_rendered_anew(tmp_path: Path) -> None:
    make_story()
    changed = make_story()
    compiled()
    changed.pass_gates()
    job = new_job()
    wakes = start_job(job.pk)
    for sheet in (tmp_path / "dossiers").rglob("*.pdf"):
        sheet.unlink()

    work_off(*wakes)

    assert CompileJob.objects.get(pk=job.pk).state == JobState.DONE
    assert Package.objects.count() == 2


def test_large_quarter_stands_in_annexes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze, "ROWS_IN_A_TABLE", 2)
    for kind in TABLES:
        monkeypatch.setitem(freeze.SIZES, kind, 2)
    ChangeRequestFactory.create_batch(5)

    names = list(content_of(compiled()))

    assert [name for name in names if name.startswith("annex/population")] == [
        "annex/population-0001.pdf",
        "annex/population-0002.pdf",
        "annex/population-0003.pdf",
    ]
    assert sum(name.startswith("annex/matrix") for name in names) == 3


def test_events_about_the_proof_itself_move_no_cut() -> None:
    """Publishing, downloading, a new key: the same record still gives the same log."""
    make_story()
    first = compiled()
    before = content_of(first)
    record_download(package=first, actor=None, at=NOW)
    rotate_key(actor=None, at=NOW)

    assert compiled() == first
    second = compiled(is_forced=True)

    downloaded = Event.objects.get(type="access.package_downloaded")
    assert downloaded.leaf.index >= first.log_size
    assert second.log_size == first.log_size
    after = content_of(second)
    for name in ("ledger/events.jsonl", "ledger/leaves.bin"):
        assert after[name] == before[name]
