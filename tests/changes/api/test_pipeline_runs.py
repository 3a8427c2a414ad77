"""Runs of the pipeline, reported by who has no webhooks of a git host."""

from datetime import timedelta
from typing import Any

import pytest

from changes.models import Person, PipelineRun
from changes.queries.policies import version_in_force
from changes.rules.pipeline import RELEASE_RULE
from changes.vocabulary import Gate, PipelineStage, Scope
from evidence.models import Event
from tests.changes.api.clients import Machine, problem
from tests.changes.workflow.threads import at_once
from tests.factories.people import a_tech_lead
from tests.factories.pipeline import ALL_TESTS_PASSED, NOTHING_FOUND, WELL_COVERED
from tests.factories.source import RepositoryFactory
from tests.factories.stories import Story, make_story
from tests.factories.times import APPROVED, NOW, TESTED

PATH = "/pipeline-runs/"
REVISION = "f" * 40
REQUIRED = ("repository", "revision", "stage", "check", "outcome", "started_at", "finished_at")


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine(Scope.EVIDENCE_WRITE)


def minutes(number: int) -> str:
    return (TESTED + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")


def body(**values: Any) -> dict[str, Any]:
    """A run that passed, of a repository that there is unless another is named."""
    name = values.pop("repository", None) or RepositoryFactory.create(name="orca/shop").name
    return {
        "repository": name,
        "revision": REVISION,
        "stage": "end_to_end",
        "check": "synthetic",
        "outcome": "passed",
        "started_at": minutes(0),
        "finished_at": minutes(5),
        **values,
    }


def reasons(machine: Machine, story: Story) -> list[str]:
    said = machine.get(f"/changes/{story.change.key}/deploy-gate/", revision=story.head).json()
    assert said["allowed"] is not bool(said["reasons"])
    return [reason["rule"] for reason in said["reasons"]]


def report_pipeline(machine: Machine, story: Story, *, but: PipelineStage) -> None:
    """Every check that the policy asks for on staging and before, in its order."""
    checks = version_in_force(TESTED).pipeline_checks
    for place, stage in enumerate(PipelineStage):
        for check in checks[stage] if stage not in (but, PipelineStage.DEPLOY_PRODUCTION) else ():
            sent = body(
                repository=story.repository.name,
                revision=story.head,
                stage=stage,
                check=check,
                started_at=minutes(10 * place),
                finished_at=minutes(10 * place + 10),
            )
            assert machine.post(PATH, sent).status_code == 201


def test_run_is_recorded(machine: Machine) -> None:
    sent = body(url="https://ci.example/runs/7")

    response = machine.post(PATH, sent)

    run = PipelineRun.objects.get()
    assert response.status_code == 201, response.content
    assert response.json() == {**sent, "id": run.pk, "change": None}
    assert (run.repository.name, run.check_name) == (sent["repository"], sent["check"])
    event = Event.objects.get(type="run.recorded")
    reporter = Person.objects.get(name="ci")
    assert (event.actor, event.change_number) == (f"person:{reporter.pk}", None)


@pytest.mark.django_db
def test_gate_opens_with_end_to_end_that_was_reported() -> None:
    machine = Machine(Scope.EVIDENCE_WRITE, Scope.DEPLOYMENTS_READ)
    story = make_story()
    report_pipeline(machine, story, but=PipelineStage.END_TO_END)
    story.report(Gate.TESTS, "pytest", ALL_TESTS_PASSED)
    story.report(Gate.COVERAGE, "coverage", WELL_COVERED)
    for scanner in version_in_force(TESTED).required_scanners:
        story.report(Gate.SECURITY_SCAN, scanner, NOTHING_FOUND)
    story.approve()
    closed = reasons(machine, story)
    sent = body(
        repository=story.repository.name,
        revision=story.head.upper(),
        started_at=minutes(60),
        finished_at=minutes(70),
    )

    failed = machine.post(PATH, {**sent, "outcome": "failed"})
    still_closed = reasons(machine, story)
    later = {"started_at": minutes(80), "finished_at": minutes(90)}
    passed = machine.post(PATH, {**sent, **later})

    assert (failed.status_code, passed.status_code) == (201, 201)
    assert RELEASE_RULE in closed
    assert RELEASE_RULE in still_closed
    assert reasons(machine, story) == []
    assert passed.json()["change"] == story.change.key
    last = Event.objects.filter(type="run.recorded").latest("received_at", "id")
    assert last.change_number == story.change.number


def test_same_run_again_changes_nothing(machine: Machine) -> None:
    sent = body()

    replies = [machine.post(PATH, sent) for _ in range(3)]

    assert {(r.status_code, r.content) for r in replies} == {(201, replies[0].content)}
    assert PipelineRun.objects.count() == 1
    assert Event.objects.filter(type="run.recorded").count() == 1


def test_another_outcome_later_is_a_second_run(machine: Machine) -> None:
    sent = body(outcome="failed")
    machine.post(PATH, sent)

    again = {"outcome": "passed", "started_at": minutes(10), "finished_at": minutes(15)}
    assert machine.post(PATH, {**sent, **again}).status_code == 201

    assert [run.outcome for run in PipelineRun.objects.all()] == ["failed", "passed"]


@pytest.mark.parametrize("other", [{"outcome": "passed"}, {"finished_at": minutes(6)}])
def test_run_that_has_ended_is_not_rewritten(other: dict[str, str], machine: Machine) -> None:
    sent = body(outcome="failed")
    machine.post(PATH, sent)

    status, code, sentence = problem(machine.post(PATH, {**sent, **other}))

    assert (status, code) == (409, "not_now")
    assert sentence.endswith("another run needs a started_at of its own.")
    run = PipelineRun.objects.get()
    assert (run.outcome, run.finished_at) == ("failed", TESTED + timedelta(minutes=5))


def test_key_makes_the_reply_the_same(machine: Machine) -> None:
    sent = body()

    replies = [machine.post(PATH, sent, key="k") for _ in range(2)]
    other = machine.post(PATH, {**sent, "outcome": "failed"}, key="k")

    assert replies[0].content == replies[1].content
    assert problem(other)[0] == 422
    assert [error["field"] for error in other.json()["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"repository": "nobody/knows"}, "repository", "'nobody/knows'"),
        ({"repository": "x" * 201}, "repository", "200"),
        ({"revision": "f" * 12}, "revision", "full commit id"),
        ({"revision": "g" * 40}, "revision", "full commit id"),
        ({"revision": 5}, "revision", "text"),
        ({"stage": "mars"}, "stage", ", ".join(PipelineStage)),
        ({"check": " "}, "check", "blank"),
        ({"check": "x" * 201}, "check", "200"),
        ({"outcome": "running"}, "outcome", "passed, failed, cancelled"),
        ({"started_at": minutes(6)}, "finished_at", "after it has begun"),
        ({"started_at": "1999-12-31T23:59:59Z"}, "started_at", "before 2000"),
        ({"started_at": "2026-07-14T10:00:00"}, "started_at", "with its zone"),
        ({"finished_at": "2100-01-01T00:00:00Z"}, "finished_at", "in the future"),
        ({"finished_at": None}, "finished_at", "null"),
        ({"url": "javascript:alert(1)"}, "url", "valid URL"),
        ({"url": f"https://ci.example/{'x' * 500}"}, "url", "500"),
        ({"is_staff": True}, "is_staff", "no such field"),
    ],
)
def test_wrong_value_is_named(
    wrong: dict[str, Any], field: str, words: str, machine: Machine
) -> None:
    response = machine.post(PATH, {**body(), **wrong})

    assert problem(response)[0] == 422
    (error,) = response.json()["errors"]
    assert (error["field"], words in error["sentence"]) == (field, True), error
    assert not PipelineRun.objects.exists()


def test_run_that_has_only_just_ended_is_no_future(machine: Machine) -> None:
    sent = body(started_at=APPROVED.isoformat(), finished_at=NOW.isoformat())
    late = body(finished_at=(NOW + timedelta(seconds=1)).isoformat(), repository=sent["repository"])

    assert problem(machine.post(PATH, late))[0] == 422
    assert machine.post(PATH, sent).status_code == 201


@pytest.mark.parametrize("lacking", REQUIRED)
def test_field_that_lacks_is_named(lacking: str, machine: Machine) -> None:
    sent = body()
    del sent[lacking]

    response = machine.post(PATH, sent)

    assert problem(response)[0] == 422
    assert [error["field"] for error in response.json()["errors"]] == [lacking]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body_empty"),
        (b'{"stage": ', "json_invalid"),
        (b"[]", "json_not_an_object"),
        (b'{"check": "synthetic\\u0000"}', "text_nul"),
    ],
)
def test_body_that_cannot_be_read_is_refused(raw: bytes, code: str, machine: Machine) -> None:
    assert problem(machine.post(PATH, raw.decode()))[:2] == (400, code)


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [s for s in Scope if s != Scope.EVIDENCE_WRITE])
def test_other_scopes_report_nothing(scope: Scope) -> None:
    assert problem(Machine(scope).post(PATH, body()))[0] == 403
    assert not PipelineRun.objects.exists()


def test_person_reports_no_run(client: Any, db: None) -> None:
    client.force_login(a_tech_lead())

    response = client.post("/api/v1/pipeline-runs/", body(), content_type="application/json")

    assert problem(response)[0] == 403
    assert not PipelineRun.objects.exists()


def test_nobody_reports_no_run(db: None) -> None:
    assert problem(Machine().post(PATH, body()))[0] == 401


@pytest.mark.postgres
def test_two_outcomes_at_once_are_one_run(committed_db: None) -> None:
    machine, sent = Machine(Scope.EVIDENCE_WRITE), body()
    outcomes = ["passed", "failed"] * 10

    replies = at_once(lambda word: machine.post(PATH, {**sent, "outcome": word}), outcomes)

    kept = PipelineRun.objects.get().outcome
    answers = {(word, r.status_code) for word, r in zip(outcomes, replies, strict=True)}
    other = "failed" if kept == "passed" else "passed"
    assert answers == {(kept, 201), (other, 409)}
