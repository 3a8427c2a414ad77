"""A POST with an Idempotency-Key has one effect, however often it is sent."""

from datetime import timedelta

import pytest

from changes.models import ChangeRequest, Deployment, EvidenceItem, KeptReply
from changes.vocabulary import Scope
from tests.changes.api.clients import Machine, problem
from tests.changes.workflow.threads import at_once
from tests.factories.people import an_engineer
from tests.factories.stories import make_story
from tests.factories.times import DEPLOYED

REPORT = {"revision": "f" * 40, "started_at": DEPLOYED.isoformat()}
JUNIT = b'<testsuite><testcase name="a"/></testsuite>'


@pytest.mark.django_db
def test_reply_is_the_same_to_the_byte_and_done_once() -> None:
    machine = Machine(Scope.CHANGES_WRITE, person=an_engineer())

    replies = [machine.post("/changes/", {"title": "Sort"}, key="k") for _ in range(3)]

    assert {(r.status_code, r.content) for r in replies} == {(201, replies[0].content)}
    assert ChangeRequest.objects.count() == 1


@pytest.mark.django_db
def test_form_with_another_boundary_is_the_same_request() -> None:
    machine, story = Machine(Scope.EVIDENCE_WRITE), make_story()
    path = f"/changes/{story.change.key}/evidence/"

    replies = [machine.send(path, "junit", JUNIT, key="k") for _ in range(2)]

    assert [r.status_code for r in replies] == [201, 201]
    assert (replies[0].content, EvidenceItem.objects.count()) == (replies[1].content, 1)
    assert problem(machine.send(path, "junit", JUNIT + b" ", key="k"))[0] == 422


@pytest.mark.django_db
def test_other_request_under_the_same_key_is_refused() -> None:
    machine = Machine(Scope.DEPLOYMENTS_WRITE)
    machine.post("/deployments/", REPORT, key="k")
    later = {**REPORT, "started_at": (DEPLOYED + timedelta(seconds=1)).isoformat()}

    response = machine.post("/deployments/", later, key="k")

    assert problem(response)[0] == 422
    assert [error["field"] for error in response.json()["errors"]] == ["Idempotency-Key"]
    assert Deployment.objects.count() == 1


@pytest.mark.django_db
def test_key_belongs_to_its_token() -> None:
    replies = [
        Machine(Scope.DEPLOYMENTS_WRITE, name=name).post(
            "/deployments/", {**REPORT, "external_id": "1"}, key="k"
        )
        for name in ("one", "other")
    ]

    assert [r.status_code for r in replies] == [201, 201]
    assert Deployment.objects.count() == 2


@pytest.mark.django_db
def test_refused_request_may_be_sent_again_under_its_key() -> None:
    machine = Machine(Scope.DEPLOYMENTS_WRITE)

    statuses = [
        machine.post("/deployments/", body, key="k").status_code for body in ({}, REPORT, REPORT)
    ]

    assert (statuses, KeptReply.objects.count()) == ([422, 201, 201], 1)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 256, "\u00e9", "a\x7f"])
def test_key_that_is_none_is_refused(key: str) -> None:
    response = Machine(Scope.DEPLOYMENTS_WRITE).post("/deployments/", REPORT, key=key)

    assert problem(response)[0] == 422
    assert not Deployment.objects.exists()


@pytest.mark.postgres
def test_fifty_at_once_are_one(committed_db: None) -> None:
    machine = Machine(Scope.DEPLOYMENTS_WRITE)

    replies = at_once(lambda _: machine.post("/deployments/", REPORT, key="k"), range(50))

    answered = {r.content for r in replies if r.status_code == 201}
    waiting = {problem(r)[:2] for r in replies if r.status_code != 201}
    assert (len(answered), waiting - {(409, "in_flight")}) == (1, set())
    assert machine.post("/deployments/", REPORT, key="k").content in answered
    assert Deployment.objects.count() == 1
