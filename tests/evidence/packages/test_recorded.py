"""What is told to the log of a package's files, and when it is told again."""

import hashlib
import json
from pathlib import Path

import pytest

from evidence.ledger.check import check_ledger
from evidence.models import CompileJob, Event, PackageFiles
from evidence.packages.compile import finish, make_sheets, start_job
from evidence.packages.recorded import RECORDED, digests_of
from evidence.verifier.verify import main
from tests.evidence.packages.compiling import compiled, content_of, manifest_of, new_job, path_of
from tests.factories.stories import make_story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_sheets")]


def last_entry(content: dict[str, bytes]) -> dict[str, object]:
    found: dict[str, object] = json.loads(content["ledger/events.jsonl"].splitlines()[-1])
    return found


def test_last_entry_has_the_digest_of_each_table_and_the_head_of_the_manifest() -> None:
    make_story()
    package = compiled()
    content, entry = content_of(package), last_entry(content_of(package))
    details = entry["details"]
    assert isinstance(details, dict)

    assert entry["type"] == RECORDED
    assert package.log_size == len(content["ledger/events.jsonl"].splitlines())
    assert sorted(details["files"]) == [
        "annex/",
        "control-tests.csv",
        "dossiers/",
        "exceptions.csv",
        "files.csv",
        "files/",
        "ledger/records.jsonl",
        "oscal-assessment-results.json",
        "population.csv",
        "population.json",
        "population.xlsx",
        "reconciliation.csv",
    ]
    for path, digest in details["files"].items():
        if not path.endswith("/"):
            assert digest == hashlib.sha256(content[path]).hexdigest()
    manifest = manifest_of(package)
    assert details["says"] == {
        name: value
        for name, value in manifest.items()
        if name not in ("format", "revision", "files")
    }


def test_folder_has_the_digest_of_what_sha256sum_writes(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    files = {f"dossiers/{name}.pdf": tmp_path / name for name in ("b", "a")}
    lines = [f"{hashlib.sha256(n.encode()).hexdigest()}  dossiers/{n}.pdf\n" for n in ("a", "b")]

    assert digests_of(files)["dossiers/"] == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_same_files_are_told_once_and_others_once_more() -> None:
    story = make_story()
    first, again = compiled(), compiled(is_forced=True)
    before, after = content_of(first), content_of(again)

    assert PackageFiles.objects.count() == Event.objects.filter(type=RECORDED).count() == 1
    assert {name for name in before if before[name] != after[name]} == {
        "evidence-package.pdf",
        "manifest.json",
        "manifest.sig",
    }

    story.pass_gates()
    compiled()

    assert PackageFiles.objects.count() == Event.objects.filter(type=RECORDED).count() == 2
    assert [line for line in check_ledger().differences if "is not guarded" not in line] == []


def test_what_happens_while_a_package_is_made_is_in_its_log_and_not_in_its_proofs() -> None:
    """The next package tells of it; this one goes on to tell of what it froze."""
    story = make_story()
    compiled()
    story.pass_gates()
    job = new_job()
    start_job(job.pk)  # frozen, and its dossier is not made yet
    frozen_at = CompileJob.objects.get(pk=job.pk).frozen["log_size"]
    story.approve()
    make_sheets(job.pk)
    finish(job.pk)
    package = CompileJob.objects.get(pk=job.pk).package
    assert package is not None
    content = content_of(package)
    proof = content[f"ledger/proofs/{story.change.key}.tlog-proof"]

    assert package.log_size > frozen_at + 1
    assert int(proof.split(b"\n")[1].split()[1]) < frozen_at
    assert main([str(path_of(package))]) == 0
