"""The deploy gate: 200 for whatever change there is, with a reason for each no."""

import pytest

from changes.models import DeployGateAnswer
from changes.vocabulary import Scope
from changes.workflow.deploy_gate import REVISION_RULE, STATE_RULE
from evidence.models import Event
from tests.changes.api.clients import Machine, problem
from tests.factories.outward import PullRequestDiffFactory
from tests.factories.people import an_engineer
from tests.factories.stories import make_story
from tests.factories.times import DRAFTED

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine() -> Machine:
    return Machine(Scope.DEPLOYMENTS_WRITE)


def path(key: str) -> str:
    return f"/changes/{key}/deploy-gate/"


def test_approved_change_may_go(machine: Machine) -> None:
    story = make_story().pass_gates().approve()

    response = machine.get(path(story.change.key), revision=story.head)

    assert response.status_code == 200
    assert response.json() == {"allowed": True, "revision": story.head, "reasons": []}


def test_each_reason_says_what_is_in_the_way(machine: Machine) -> None:
    story = make_story()

    said = machine.get(path(story.change.key), revision=story.head).json()

    assert (said["allowed"], said["revision"]) == (False, story.head)
    assert {tuple(reason) for reason in said["reasons"]} == {("rule", "verdict", "sentence")}
    assert all(reason["sentence"].endswith(".") for reason in said["reasons"])


def test_merge_of_what_was_approved_may_go_once_it_is_tested(machine: Machine) -> None:
    story, merge = make_story().pass_gates().approve(), "e" * 40
    story.pull.merge_revision = merge
    story.pull.save()
    for revision in (story.head, merge):
        PullRequestDiffFactory.create(pull_request=story.pull, revision=revision, patch_id="p" * 40)
    before = machine.get(path(story.change.key), revision=merge).json()

    story.pass_gates(revision=merge)

    after = machine.get(path(story.change.key), revision=merge).json()
    assert {reason["rule"] for reason in before["reasons"]} == {
        "all_tests_passed",
        "coverage_reaches_minimum",
        "no_critical_security_finding",
        "released_after_end_to_end",
    }
    assert after == {"allowed": True, "revision": merge, "reasons": []}


def test_another_revision_than_the_approved_one_may_not_go(machine: Machine) -> None:
    story = make_story().pass_gates().approve()

    assert machine.get(path(story.change.key), revision="f" * 40).json()["allowed"] is False


@pytest.mark.parametrize(
    "query",
    [{}, {"revision": ""}, {"revision": "\x00"}, {"revision": "a" * 500}, {"revision": "../x"}],
    ids=["none", "empty", "NUL", "too long", "no revision"],
)
def test_what_is_no_revision_is_a_reason_and_no_error(
    query: dict[str, str], machine: Machine
) -> None:
    story = make_story().pass_gates().approve()

    response = machine.get(path(story.change.key), **query)

    rules = [reason["rule"] for reason in response.json()["reasons"]]
    assert (response.status_code, REVISION_RULE in rules) == (200, True)


def test_draft_waits_and_withdrawn_has_failed(machine: Machine) -> None:
    from changes.workflow.requests import draft_request, withdraw_request

    person = an_engineer()
    change = draft_request(actor=person, at=DRAFTED, values={"title": "Sort"})
    verdicts = []
    for _ in range(2):
        reasons = machine.get(path(change.key), revision="a" * 40).json()["reasons"]
        verdicts += [r["verdict"] for r in reasons if r["rule"] == STATE_RULE]
        if change.state == "draft":
            change = withdraw_request(request=change, actor=person, at=DRAFTED)

    assert verdicts == ["waiting", "failed"]


def test_every_answer_is_kept_with_its_event(machine: Machine) -> None:
    story = make_story()
    machine.get(path(story.change.key), revision=story.head)
    said = machine.get(path(story.change.key), revision=story.head).json()

    kept = DeployGateAnswer.objects.last()
    assert kept is not None
    assert (kept.allowed, kept.revision, kept.reasons) == (False, story.head, said["reasons"])
    assert (kept.asked_by.name, kept.token.name if kept.token else "") == ("ci", "ci")
    assert Event.objects.filter(type="deploy_gate.answered").count() == 2


@pytest.mark.parametrize("key", ["CHG-000999", "CHG-999999999999", "nonsense"])
def test_unknown_change_is_not_found(key: str, machine: Machine) -> None:
    assert problem(machine.get(path(key)))[0] == 404
