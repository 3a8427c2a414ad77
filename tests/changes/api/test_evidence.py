"""Evidence files by the API: read, kept, bound to the revision."""

import hashlib
from pathlib import Path

import pytest

from changes.models import EvidenceItem, GateResult
from changes.vocabulary import Scope
from tests.changes.api.clients import Machine, problem
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parents[2] / "samples" / "evidence" / "junit"
CONTENT = (SAMPLE / "publish-utr--junit.fail.xml").read_bytes()


@pytest.fixture
def machine() -> Machine:
    return Machine(Scope.EVIDENCE_WRITE)


def test_file_is_read_kept_and_bound_to_the_head(machine: Machine) -> None:
    story = make_story()

    response = machine.send(f"/changes/{story.change.key}/evidence/", "junit", CONTENT)

    item, result = EvidenceItem.objects.get(), GateResult.objects.get()
    assert response.status_code == 201
    said = response.json()
    assert (said["sha256"], said["revision"]) == (hashlib.sha256(CONTENT).hexdigest(), story.head)
    assert (said["numbers"]["tests"], said["numbers"]["failed"], said["is_new"]) == (5, 1, True)
    assert (item.uploaded_by and item.uploaded_by.name, result.evidence_item) == ("ci", item)


def test_same_file_again_changes_nothing(machine: Machine) -> None:
    path = f"/changes/{make_story().change.key}/evidence/"

    answers = [machine.send(path, "junit", CONTENT).json()["is_new"] for _ in range(2)]

    assert answers == [True, False]
    assert [item["kind"] for item in machine.get(path).json()["results"]] == ["junit"]


def test_revision_and_time_may_be_given(machine: Machine) -> None:
    path = f"/changes/{make_story().change.key}/evidence/"
    at = "2026-07-14T10:00:00Z"

    said = machine.send(path, "junit", CONTENT, revision="A" * 40, effective_at=at).json()

    assert (said["revision"], said["effective_at"]) == ("a" * 40, at)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"revision": "main"}, "revision"),
        ({"effective_at": "yesterday"}, "effective_at"),
        ({"effective_at": "2100-01-01T00:00:00Z"}, "effective_at"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_value_is_named(values: dict[str, str], field: str, machine: Machine) -> None:
    path = f"/changes/{make_story().change.key}/evidence/"

    response = machine.send(path, "junit", CONTENT, **values)

    assert problem(response)[0] == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not EvidenceItem.objects.exists()


def test_reading_is_not_writing() -> None:
    path = f"/changes/{make_story().change.key}/evidence/"

    response = Machine(Scope.CHANGES_WRITE).send(path, "junit", CONTENT)

    assert problem(response)[0] == 403
