"""The package's further files: OSCAL, the stored evidence, the workbook."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from changes import clock
from changes.models import EvidenceItem
from evidence.models import CompileJob
from evidence.packages.jobs import Wake
from evidence.vocabulary import TESTED, JobState, Phase
from tests.evidence.packages.compiling import compiled, content_of, manifest_of, new_job, work_off
from tests.factories.files import CONTENT, EvidenceItemFactory
from tests.factories.source import CommitFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_sheets")]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def oscal() -> dict[str, Any]:
    with clock.simulated(NOW.replace(month=10)):
        content = content_of(compiled(is_forced=True))
    found: dict[str, Any] = json.loads(content["oscal-assessment-results.json"])
    assert list(found) == ["assessment-results"]
    return dict(found["assessment-results"])


def states(results: dict[str, Any]) -> dict[str, str]:
    return {
        finding["target"]["target-id"].removeprefix("cc8.1_obj."): finding["target"]["status"][
            "state"
        ]
        for finding in results["results"][0]["findings"]
    }


def test_every_letter_is_a_finding_with_its_observation() -> None:
    """What the format requires of each object, and references that lead somewhere."""
    make_story().pass_gates().approve().deploy().verify().close()
    document = oscal()
    (result,) = document["results"]

    assert document.keys() >= {"uuid", "metadata", "import-ap", "results"}
    assert document["metadata"].keys() >= {"title", "last-modified", "version", "oscal-version"}
    assert result.keys() >= {"uuid", "title", "description", "start", "reviewed-controls"}
    observations = {o["uuid"] for o in result["observations"]}
    resources = {f"#{r['uuid']}" for r in document["back-matter"]["resources"]}
    assert [f["related-observations"][0]["observation-uuid"] in observations for f in
            result["findings"]] == [True] * (len(TESTED) + 1)  # fmt: skip
    assert all(o["methods"] == ["TEST"] and o["collected"] for o in result["observations"])
    assert {o["relevant-evidence"][0]["href"] for o in result["observations"]} <= resources
    assert document["import-ap"]["href"] in resources
    uuids = _values(document, "uuid")
    assert len(set(uuids)) == len(uuids)
    assert all(UUID.fullmatch(uuid) for uuid in uuids)


def test_finding_is_satisfied_only_where_all_is_known_and_passed() -> None:
    make_story().pass_gates().approve().deploy().verify().close()
    before = states(oscal())
    make_story().pass_gates()
    CommitFactory.create()
    after = states(oscal())

    assert (before["c"], before["completeness"]) == ("satisfied", "satisfied")
    assert after["completeness"] == "not-satisfied"


def test_same_record_has_the_same_identifiers() -> None:
    make_story()

    assert oscal()["uuid"] == oscal()["uuid"]


def test_stored_files_are_there_once_by_their_digest() -> None:
    for number in range(2):
        EvidenceItemFactory.create(change=make_story().change, name=f"-junit {number}.xml")
    EvidenceItemFactory.create(change=None)

    package = compiled()

    content, item = content_of(package), EvidenceItem.objects.first()
    assert item is not None
    path = f"files/{item.sha256}"
    assert [name for name in content if name.startswith("files/")] == [path]
    assert content[path] == CONTENT
    assert path in {file["path"] for file in manifest_of(package)["files"]}
    rows = list(csv.DictReader(io.StringIO(content["files.csv"].decode())))
    assert [(row["name"], row["path"]) for row in rows] == [
        ("'-junit 0.xml", path),
        ("'-junit 1.xml", path),
    ]


@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_package_is_not_made_without_a_file_that_it_names(damage: str) -> None:
    change = make_story().change
    item = EvidenceItemFactory.create(change=change)
    path = Path(item.content.path)
    path.unlink() if damage == "gone" else path.write_bytes(b"<testsuite tests='2'/>")
    job = new_job()

    work_off(Wake(Phase.FREEZE, job.pk))

    job = CompileJob.objects.get()
    assert job.state == JobState.FAILED
    assert f"The stored file junit.xml of {change.key}" in job.error


def test_workbook_has_the_rows_of_the_population() -> None:
    story = make_story(title="=Sort")

    book = content_of(compiled())["population.xlsx"]

    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert f">{story.change.key}<" in sheet
    assert ">=Sort<" in sheet


def _values(node: Any, name: str) -> list[str]:
    if isinstance(node, list):
        return [value for item in node for value in _values(item, name)]
    if not isinstance(node, dict):
        return []
    own = [node[name]] if name in node else []
    return own + [value for item in node.values() for value in _values(item, name)]
