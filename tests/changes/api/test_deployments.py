"""A rollout as its system reports it, from the first stage to the verification."""

from datetime import timedelta
from typing import Any

import pytest

from changes.models import Deployment, PostMortem
from changes.vocabulary import DeploymentOutcome, Scope, State, VerificationKind
from tests.changes.api.clients import Machine, problem
from tests.factories.people import a_tech_lead
from tests.factories.stories import make_draft, make_story
from tests.factories.times import DEPLOYED

pytestmark = pytest.mark.django_db
AT = DEPLOYED.isoformat().replace("+00:00", "Z")
REVISION = "f" * 40
WHAT = ("stages", "samples", "verifications", "finish")


@pytest.fixture
def machine() -> Machine:
    return Machine(Scope.DEPLOYMENTS_WRITE)


def minutes(number: int) -> str:
    return (DEPLOYED + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")


def started(machine: Machine, **values: Any) -> str:
    response = machine.post("/deployments/", {"revision": REVISION, "started_at": AT, **values})
    assert response.status_code == 201, response.content
    return f"/deployments/{response.json()['id']}/"


def test_rollout_as_it_happens(machine: Machine) -> None:
    story = make_story().pass_gates().approve()
    key = story.change.key.lower()
    path = started(machine, change=key, revision=story.head, artifact_digest="sha256:1")
    for place, stage in enumerate(["canary", "10", "50", "100"]):
        sent = {"name": stage, "started_at": minutes(10 * place), "must_follow": True}
        assert machine.post(f"{path}stages/", sent).status_code == 201
    sample = {"taken_at": minutes(5), "error_rate_percent": 0.2, "latency_p95_ms": 210.5}
    assert machine.post(f"{path}samples/", sample).status_code == 201
    assert machine.post(f"{path}finish/", {"outcome": "succeeded"}).status_code == 200
    for kind in VerificationKind:
        sent = {"kind": kind, "has_passed": True}
        assert machine.post(f"{path}verifications/", sent).status_code == 201

    story.change.refresh_from_db()
    deployment = Deployment.objects.get()
    stages = [s["name"] for s in machine.get(f"{path}stages/").json()["results"]]
    assert (story.change.state, deployment.outcome) == (State.VERIFIED, "succeeded")
    assert (deployment.repository, stages) == (story.repository, ["canary", "10", "50", "100"])
    assert machine.get(path).json()["change"] == story.change.key


def test_deployment_without_a_change_is_recorded(machine: Machine) -> None:
    path = started(machine)

    assert machine.get(path).json() == {
        "id": Deployment.objects.get().pk,
        "change": None,
        "repository": None,
        "environment": "production",
        "revision": REVISION,
        "artifact_digest": "",
        "started_at": AT,
        "finished_at": None,
        "outcome": "running",
    }


def test_deployment_of_a_draft_is_recorded(machine: Machine) -> None:
    story = make_draft()

    started(machine, change=story.change.key)

    assert Deployment.objects.get().change == story.change


def test_deployment_names_a_person_or_else_the_service(machine: Machine) -> None:
    lead = a_tech_lead(username="ada")
    started(machine, started_by="ada", external_id="1")
    started(machine, external_id="2")

    deployers = [d.started_by for d in Deployment.objects.order_by("pk")]
    assert [person.name if person else "" for person in deployers] == [lead.name, "ci"]


def test_same_external_id_is_the_same_deployment_for_one_sender() -> None:
    one, other = (Machine(Scope.DEPLOYMENTS_WRITE, name=name) for name in ("one", "other"))
    paths = {started(machine, external_id="7") for machine in (one, one, other)}

    assert len(paths) == 2


@pytest.mark.parametrize("in_an_object", [False, True])
def test_many_samples_come_at_once(in_an_object: bool, machine: Machine) -> None:
    path = started(machine)
    samples = [{"taken_at": minutes(n), "is_healthy": n != 3} for n in range(1, 6)]

    response = machine.post(f"{path}samples/", {"samples": samples} if in_an_object else samples)

    assert [s["is_healthy"] for s in response.json()] == [True, True, False, True, True]


def test_of_many_samples_none_is_kept_where_one_is_wrong(machine: Machine) -> None:
    path = started(machine)
    samples = [{"taken_at": minutes(n), "error_rate_percent": 50 * n} for n in (1, 2, 3)]

    response = machine.post(f"{path}samples/", samples)

    assert problem(response)[0] == 422
    assert [error["field"] for error in response.json()["errors"]] == ["2.error_rate_percent"]
    assert Deployment.objects.get().samples.count() == 0


def test_rollback_opens_a_post_mortem(machine: Machine) -> None:
    story = make_story().pass_gates().approve()
    path = started(machine, change=story.change.key, revision=story.head)

    sent = {"outcome": "rolled_back", "finished_at": minutes(30), "reason": "Errors."}
    response = machine.post(f"{path}finish/", sent)

    assert response.json()["outcome"] == DeploymentOutcome.ROLLED_BACK
    assert PostMortem.objects.get().change == story.change


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["revision"]),
        ({"revision": " "}, ["revision"]),
        ({"revision": "x" * 65}, ["revision"]),
        ({"revision": 5}, ["revision"]),
        ({"revision": REVISION, "change": "CHG-000999"}, ["change"]),
        ({"revision": REVISION, "change": "17"}, ["change"]),
        ({"revision": REVISION, "repository": "nobody/knows"}, ["repository"]),
        ({"revision": REVISION, "environment": "mars"}, ["environment"]),
        ({"revision": REVISION, "started_by": "nobody"}, ["started_by"]),
        ({"revision": REVISION, "started_at": "2026-07-14T10:00:00"}, ["started_at"]),
        ({"revision": REVISION, "started_at": "2026-02-30T10:00:00Z"}, ["started_at"]),
        ({"revision": REVISION, "started_at": "2016-12-31T23:59:60Z"}, ["started_at"]),
        ({"revision": REVISION, "started_at": "2100-01-01T00:00:00Z"}, ["started_at"]),
        ({"revision": REVISION, "started_at": "1999-12-31T23:59:59Z"}, ["started_at"]),
        ({"revision": REVISION, "started_at": "0001-01-01T00:00:00+14:00"}, ["started_at"]),
        ({"revision": REVISION, "received_at": AT, "is_staff": True}, ["is_staff", "received_at"]),
    ],
)
def test_wrong_value_is_named(body: dict[str, Any], fields: list[str], machine: Machine) -> None:
    response = machine.post("/deployments/", body)

    assert problem(response)[0] == 422
    assert sorted(error["field"] for error in response.json()["errors"]) == fields
    assert not Deployment.objects.exists()


@pytest.mark.parametrize("direction", ["up", "", 5, ["higher"]])
def test_kpi_without_a_direction_that_is_one_is_refused(direction: Any, machine: Machine) -> None:
    path = started(machine)
    details = {"name": "sign-ups", "baseline": 10, "value": 10, "tolerance": 5}
    told = {"kind": "kpi", "has_passed": True, "details": {**details, "direction": direction}}

    response = machine.post(f"{path}verifications/", told)

    assert problem(response)[0] == 422
    assert [error["field"] for error in response.json()["errors"]] == ["details.direction"]


def test_end_before_the_start_is_refused(machine: Machine) -> None:
    path = started(machine)

    response = machine.post(f"{path}finish/", {"outcome": "failed", "finished_at": minutes(-1)})

    assert [e["field"] for e in response.json()["errors"]] == ["finished_at"]


def test_stage_out_of_order_conflicts_where_it_must_follow(machine: Machine) -> None:
    path = started(machine)

    response = machine.post(f"{path}stages/", {"name": "50", "must_follow": True})

    status, code, sentence = problem(response)
    assert (status, code) == (409, "not_now")
    assert sentence.endswith("the next stage is canary, not 50.")


@pytest.mark.parametrize("number", ["999999", "99999999999999999999"])
@pytest.mark.parametrize("what", ["", "stages/", "samples/", "verifications/"])
def test_unknown_deployment_is_not_found(what: str, number: str, machine: Machine) -> None:
    assert problem(machine.get(f"/deployments/{number}/{what}"))[0] == 404


@pytest.mark.parametrize("written", ["0{}", "00{}", "+{}", "{}.0", "{}%20", "-{}"])
def test_number_is_written_in_one_way(written: str, machine: Machine) -> None:
    path = started(machine)
    number = path.split("/")[2]

    other = path.replace(number, written.format(number))
    assert problem(machine.post(f"{other}stages/", {"name": "canary"}))[0] == 404
    assert machine.post(f"{path}stages/", {"name": "canary"}).status_code == 201


def test_list_is_filtered_by_change(machine: Machine) -> None:
    story = make_story().pass_gates().approve()
    started(machine)
    started(machine, change=story.change.key, external_id="1")

    found = machine.get("/deployments/", change=story.change.key).json()["results"]
    assert [d["change"] for d in found] == [story.change.key]
    assert len(machine.get("/deployments/").json()["results"]) == 2
    assert problem(machine.get("/deployments/", change="17"))[0] == 400


@pytest.mark.parametrize("scope", [s for s in Scope if s != Scope.DEPLOYMENTS_WRITE])
def test_other_scopes_report_nothing(scope: Scope) -> None:
    path = started(Machine(Scope.DEPLOYMENTS_WRITE))
    machine = Machine(scope, name="another")

    statuses = {
        machine.post(address, {"revision": REVISION}).status_code
        for address in ("/deployments/", *(f"{path}{x}/" for x in WHAT))
    }
    assert statuses == {403}
