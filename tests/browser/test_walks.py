"""Each category from draft to closed, by the people and machines whose part it is."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from changes.models import ChangeRequest, Deployment, Person, StandardProcedure, System
from changes.queries.judgements import judgements_of
from changes.sample.logins import SAMPLE_PASSWORD
from changes.vocabulary import Role
from tests.browser.machines import Machines
from tests.browser.walker import Walker
from tests.browser.wall_clock import WallClock
from tests.factories.catalogue import OnCallShiftFactory, StandardProcedureFactory, SystemFactory
from tests.factories.people import LoginFactory, PersonFactory
from tests.factories.source import RepositoryFactory

pytestmark = pytest.mark.browser
HEAD = "1" * 40
NUMBER = 7
ARTIFACT = "sha256:" + "9f86d081" * 8
INCIDENT = "https://incidents.example/42"


@pytest.fixture
def cast(people: dict[str, Person], wall: WallClock) -> dict[str, Person]:
    """A peer beside the one login for each role; who is who on the git host; who is on call."""
    peer = PersonFactory.create(username="peer", name="The peer", roles=[Role.ENGINEER])
    peer.set_password(SAMPLE_PASSWORD)
    peer.save()
    system = SystemFactory.create(name="API", slug="api", tech_leads=[people["lead"]])
    RepositoryFactory.create(name="orca/portal", system=system)
    LoginFactory.create(person=people["engineer"], name="amara")
    LoginFactory.create(person=peer, name="priya")
    OnCallShiftFactory.create(
        person=people["oncall"],
        starts_at=wall.moment - timedelta(days=1),
        ends_at=wall.moment + timedelta(days=6),
    )
    return {**people, "peer": peer}


def roll_out(walker: Walker, machines: Machines) -> Deployment:
    """Stage after stage by somebody who watches, while monitoring sends its samples."""
    walker.take("Start deployment", Artifact=ARTIFACT)
    deployment = Deployment.objects.get()
    for button in ("Begin canary", "Advance to 10 %", "Advance to 50 %", "Advance to 100 %"):
        walker.confirm(button)
        walker.reads("is in its next stage.")
        for _ in range(6):
            machines.wall.pass_minutes(1)
            machines.sample(deployment.pk)
    walker.page.reload()
    walker.take("Finish the rollout")
    walker.stands("deployed")
    return deployment


def verify(walker: Walker) -> None:
    """Smoke tests and health checks, then a KPI with its figures."""
    for kind in ("smoke tests", "health checks"):
        walker.choose("Record a verification")
        walker.page.get_by_label(kind).check()
        walker.page.get_by_label("passed").check()
        walker.confirm("Record a verification")
    walker.choose("Record a verification")
    walker.page.get_by_label("kpi", exact=True).check()
    walker.page.get_by_label("passed").check()
    figures = {"name": "Orders an hour", "baseline": "200", "value after": "198"}
    for name, text in (figures | {"tolerance in percent": "5"}).items():
        walker.field(f"KPI: {name}").fill(text)
    walker.field("KPI: better is").select_option("higher")
    walker.confirm("Record a verification")
    walker.stands("verified")


def reasons_at_the_gate(walker: Walker, machines: Machines) -> list[str]:
    """What the deployment system is told when it asks whether it may go."""
    answer = machines.get(f"/changes/{walker.key}/deploy-gate/?revision={HEAD}")
    assert answer["allowed"] is not bool(answer["reasons"])
    return [reason["rule"] for reason in answer["reasons"]]


def blots() -> dict[str, str]:
    """Every rule that is neither passed nor out of place, with its sentence."""
    change = ChangeRequest.objects.get()
    assert change.closed_at is not None
    (judgement,) = judgements_of([change], change.closed_at)
    return {f.rule: f.sentence for f in judgement.findings if f.is_open}


def test_normal_change_is_walked_from_draft_to_closed(
    walker: Walker, machines: Machines, cast: dict[str, Person], wall: WallClock
) -> None:
    wall.strike(8)
    walker.draft("engineer", "normal")
    machines.open_pull_request(NUMBER, HEAD, walker.key, ["src/pages.py", "CHANGELOG.md"])
    walker.open("engineer")
    walker.take("Submit")
    walker.reads("Waits for a tech lead of API")
    machines.run_pipeline(NUMBER, HEAD, walker.key)

    walker.open("engineer")
    walker.is_offered("Approve", indeed=False)
    walker.open("peer")
    walker.take("Approve", Comment="Read every line.")
    walker.reads(f"{walker.key} is approved.")
    walker.is_offered("Start deployment", indeed=False)
    walker.sign_in("lead")
    walker.page.get_by_role("link", name=walker.key).first.click()
    walker.take("Approve", Comment="The plan is sound.")
    walker.take("Release to production")

    wall.strike(10)
    walker.open("oncall")
    roll_out(walker, machines)
    verify(walker)
    walker.open("engineer")
    walker.take("Close")
    walker.stands("closed")
    walker.open("compliance")
    walker.reads("Released to production by The tech lead")
    assert blots() == {}


def test_standard_change_is_approved_by_its_gates_alone(
    walker: Walker, machines: Machines, cast: dict[str, Person], wall: WallClock
) -> None:
    system = System.objects.get(slug="api")
    procedure = StandardProcedureFactory.create(
        title="Patch a dependency",
        systems=[system],
        parameter_limits={"packages": {"minimum": 1, "maximum": 10}},
    )
    wall.strike(8)
    walker.draft(
        "engineer",
        "standard",
        Standard_procedure=str(StandardProcedure.objects.get(pk=procedure.pk)),
        Parameters_of_the_procedure="packages = 3",
    )
    machines.open_pull_request(NUMBER, HEAD, walker.key, ["package-lock.json"])
    walker.open("engineer")
    walker.take("Submit")
    walker.open("lead")
    walker.is_offered("Release to production", indeed=False)
    machines.run_pipeline(NUMBER, HEAD, walker.key)
    machines.review("priya")
    assert reasons_at_the_gate(walker, machines) == ["deployed_inside_window"]

    wall.strike(10)
    assert reasons_at_the_gate(walker, machines) == []
    walker.open("lead")
    walker.take("Release to production")
    roll_out(walker, machines)
    walker.open("oncall")
    verify(walker)
    walker.open("engineer")
    walker.take("Close")
    walker.open("compliance")
    walker.stands("closed")
    walker.reads("Covered by the standard procedure")
    assert blots() == {}


def test_emergency_is_walked_through_its_review_and_its_post_mortem(
    walker: Walker, machines: Machines, cast: dict[str, Person], wall: WallClock
) -> None:
    wall.strike(22)  # outside the window: an emergency does not wait for it
    walker.draft("engineer", "emergency", Incident=INCIDENT)
    machines.open_pull_request(NUMBER, HEAD, walker.key, ["src/pages.py"])
    walker.open("engineer")
    walker.take("Submit")
    machines.run_pipeline(NUMBER, HEAD, walker.key)
    walker.open("peer")
    walker.take("Approve", Comment="Read the lines that fail.")
    walker.open("oncall")
    walker.choose("Approve")
    walker.page.get_by_label("on-call", exact=True).check()
    walker.confirm("Approve")
    wall.pass_minutes(2)
    walker.take("Release to production")
    roll_out(walker, machines)
    verify(walker)
    look_back(walker)
    walker.open("auditor")
    walker.page.get_by_text("that do not apply").click()
    walker.reads("Emergencies are exempt from the window and from freezes")
    expect(walker.page.locator("#next")).to_have_count(0)
    assert blots() == {}


def look_back(walker: Walker) -> None:
    """What an emergency asks for afterwards, each part of somebody else."""
    walker.open("engineer")
    walker.take("Open the post-incident review", When_the_incident_began="2026-07-15T21:30")
    walker.take(
        "Write the post-mortem",
        What_happened="The list was empty for an hour.",
        Root_cause="Titles may be missing.",
    )
    walker.open("engineer")
    walker.is_offered("Close", indeed=False)
    walker.open("lead")
    walker.choose("Approve the post-mortem")
    walker.reads("Titles may be missing.")
    walker.confirm("Approve the post-mortem")
    walker.open("compliance")
    walker.take("Hold the post-incident review", Findings="It was an emergency.")
    walker.open("engineer")
    walker.take("Close")
    walker.stands("closed")
