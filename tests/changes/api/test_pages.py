"""Lists: a cursor that skips and repeats nothing, and as many queries for three rows as for one."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.vocabulary import Scope
from tests.changes.api.clients import Machine
from tests.factories.files import EvidenceItemFactory
from tests.factories.rollout import HealthSampleFactory
from tests.factories.source import CommitFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine() -> Machine:
    return Machine(*Scope)


def test_cursor_leads_through_all(machine: Machine) -> None:
    keys = [make_story().change.key for _ in range(5)]

    found, query = [], {"page_size": "2"}
    while query:
        page = machine.get("/changes/", **query).json()
        found.append([change["key"] for change in page["results"]])
        _, _, cursor = (page["next"] or "").partition("cursor=")
        query = {"page_size": "2", "cursor": cursor.split("&")[0]} if cursor else {}

    assert [key for page in found for key in page] == keys[::-1]
    assert [len(page) for page in found] == [2, 2, 1]


def test_change_is_found_by_a_commit_of_it(machine: Machine) -> None:
    story, _ = make_story(), make_story()
    commit = CommitFactory.create(
        pull_request=story.pull, repository=story.repository, sha="e" * 40
    )

    for revision in (story.head, commit.sha.upper()):
        found = machine.get("/changes/", revision=revision).json()["results"]
        assert [change["key"] for change in found] == [story.change.key]


def fill(story: Story, number: int) -> None:
    """One more of everything that is listed; the first change and deployment are there."""
    if number:
        make_story().pass_gates().approve().deploy().verify()
    HealthSampleFactory.create(
        deployment=story.deployment,
        taken_at=story.deployment.started_at.replace(microsecond=number + 1),
    )
    EvidenceItemFactory.create(change=story.change, sha256=f"{number}" * 64)


def queries_of(machine: Machine, path: str, rows: int) -> int:
    machine.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = machine.get(path)
    data: Any = response.json()
    assert response.status_code == 200
    if "results" in data:
        assert len(data["results"]) >= rows, path
    return len(queries)


def test_lists_ask_as_often_for_three_rows_as_for_one(machine: Machine) -> None:
    story = make_story().pass_gates().approve().deploy().verify()
    one = f"/deployments/{story.deployment.pk}"
    of_change = f"/changes/{story.change.key}"
    paths = ["/changes/", "/deployments/", f"{one}/samples/", f"{of_change}/evidence/"]
    asked = []
    for rows in (1, 3):
        while story.change.evidence_items.count() < rows:
            fill(story, story.change.evidence_items.count())
        asked.append({path: queries_of(machine, path, rows) for path in paths})

    assert asked[0] == asked[1]


def test_one_change_and_its_gate_ask_a_fixed_number_of_queries(machine: Machine) -> None:
    story = make_story().pass_gates().approve()
    before = [
        queries_of(machine, f"/changes/{story.change.key}/", 1),
        queries_of(machine, f"/changes/{story.change.key}/deploy-gate/?revision={story.head}", 1),
    ]
    for number in range(3):
        CommitFactory.create(
            pull_request=story.pull, repository=story.repository, sha=f"{number}" * 40
        )
        make_story()
    after = [
        queries_of(machine, f"/changes/{story.change.key}/", 1),
        queries_of(machine, f"/changes/{story.change.key}/deploy-gate/?revision={story.head}", 1),
    ]

    assert before == after
