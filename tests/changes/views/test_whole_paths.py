"""Two paths that go past a pull request, walked on the pages from the first form to closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from changes import clock
from changes.models import ChangeRequest, Person, PostMortem, System
from changes.queries.facts import facts_of
from changes.queries.judgements import judgement_of
from changes.states import Action
from changes.vocabulary import (
    ApprovalRole,
    DeploymentOutcome,
    Means,
    Origin,
    RolloutStageName,
    State,
    Verdict,
)
from changes.workflow.reports import report_deployment, report_deployment_finished
from evidence.controls.attributes import control_tests
from tests.clients import ClientAs, SignedInClient
from tests.factories.catalogue import SystemFactory
from tests.factories.people import a_tech_lead, an_engineer
from tests.factories.request import TEXTS
from tests.factories.source import RepositoryFactory
from tests.factories.stories import KPI
from tests.factories.times import DEPLOYED, NOW, ROLLED_OUT

pytestmark = pytest.mark.django_db


class Walk:
    """A change that several people bring on, each in a browser of their own, a minute apart."""

    def __init__(self, client_as: ClientAs) -> None:
        self.client_as, self.minutes = client_as, 0
        self.lead, self.engineer, self.peer = a_tech_lead(), an_engineer(), an_engineer()
        self.system: System = SystemFactory.create(tech_leads=[self.lead])
        self.change = ChangeRequest()

    def browser(self, person: Person) -> SignedInClient:
        client = self.client_as()
        client.force_login(person)
        return client

    @contextmanager
    def a_minute_later(self) -> Iterator[None]:
        self.minutes += 1
        with clock.simulated(NOW + timedelta(minutes=self.minutes)):
            yield

    def draft(self, address: str, **values: Any) -> None:
        given = {"category": "normal", "systems": [self.system.slug], **TEXTS, **values}
        with self.a_minute_later():
            answer = self.browser(self.engineer).post(address, given)
        assert answer.status_code == 302, answer.content.decode()
        self.change = ChangeRequest.objects.get()

    def do(self, person: Person, action: Action, **values: Any) -> None:
        address = reverse("changes:act", args=[self.change.key, action])
        with self.a_minute_later():
            answer = self.browser(person).post(address, values)
        assert answer.status_code == 302, answer.content.decode()
        self.change.refresh_from_db()

    def approve(self, person: Person, role: ApprovalRole) -> None:
        facts = facts_of(self.change)
        seen = {"revision": facts.head_revision, "request_digest": facts.request_digest}
        self.do(person, Action.APPROVE, role=role.value, **seen)

    def verify(self, **failed: str) -> None:
        for kind in ("smoke_tests", "health_checks"):
            self.do(self.lead, Action.VERIFY, kind=kind, has_passed="yes")
        self.do(self.lead, Action.VERIFY, kind="kpi", has_passed="yes", **{**KPI, **failed})

    def verdict(self, rule: str) -> Verdict:
        return judgement_of(self.change, clock.now()).finding(rule).verdict

    def letters(self) -> dict[str, Verdict]:
        found = judgement_of(self.change, clock.now())
        tests = control_tests(found.facts, found.findings, found.approved_at, is_over=True)
        return {test.attribute.value: test.verdict for test in tests}


@pytest.fixture
def walk(client_as: ClientAs) -> Walk:
    return Walk(client_as)


def opened_for_a_deployment(walk: Walk) -> None:
    repository = RepositoryFactory.create(system=walk.system)
    deployment = report_deployment(revision="f" * 40, at=DEPLOYED, repository=repository)
    report_deployment_finished(deployment=deployment, at=ROLLED_OUT)
    query = {"kind": "deployment", "repository": repository.name, "revision": "f" * 40}
    walk.draft(f"{reverse('changes:retroactive')}?{urlencode(query)}", title="What went out")


def test_request_after_the_fact_is_verified_learnt_from_and_closed(walk: Walk) -> None:
    opened_for_a_deployment(walk)
    walk.do(walk.engineer, Action.SUBMIT)
    assert (walk.change.origin, walk.change.state) == (Origin.RETROACTIVE, State.DEPLOYED)

    walk.approve(walk.lead, ApprovalRole.TECH_LEAD)
    walk.approve(walk.peer, ApprovalRole.PEER_REVIEWER)
    walk.verify(value="100")
    opened = PostMortem.objects.get(change=walk.change)
    assert (walk.change.state, opened.reason) == (State.DEPLOYED, "Verification failed: kpi.")
    walk.do(walk.lead, Action.VERIFY, kind="kpi", has_passed="yes", **KPI)
    assert walk.change.state == State.VERIFIED
    walk.do(walk.engineer, Action.RECORD_DOCUMENTS, kind="changelog", path="CHANGELOG.md")
    told = {"what_happened": "It went out alone.", "root_cause": "No request."}
    items = {"items-TOTAL_FORMS": "0", "items-INITIAL_FORMS": "0"}
    walk.do(walk.engineer, Action.WRITE_POST_MORTEM, **told, **items)
    walk.do(walk.lead, Action.APPROVE_POST_MORTEM)
    walk.do(walk.engineer, Action.CLOSE)

    assert walk.change.state == State.CLOSED
    assert walk.change.approvals.count() == 2
    assert walk.verdict("tech_lead_of_every_system") is Verdict.FAILED
    assert walk.verdict("verified_after_deployment") is Verdict.PASSED
    letters = walk.letters()
    assert [letters[letter] for letter in "ACDF"] == [Verdict.FAILED] * 4


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (None, State.DEPLOYING),
        (DeploymentOutcome.SUCCEEDED, State.DEPLOYED),
        (DeploymentOutcome.ROLLED_BACK, State.ROLLED_BACK),
        (DeploymentOutcome.FAILED, State.SUBMITTED),
    ],
)
def test_request_after_the_fact_goes_on_from_where_its_deployment_stands(
    outcome: DeploymentOutcome | None, state: State, walk: Walk
) -> None:
    deployment = report_deployment(revision="f" * 40, at=DEPLOYED)
    if outcome:
        report_deployment_finished(deployment=deployment, at=ROLLED_OUT, outcome=outcome)
    query = {"kind": "deployment", "repository": "", "revision": "f" * 40}
    walk.draft(f"{reverse('changes:retroactive')}?{urlencode(query)}", title="What went out")

    walk.do(walk.engineer, Action.SUBMIT)

    assert walk.change.state == state


def test_only_a_request_after_the_fact_is_approved_afterwards(walk: Walk) -> None:
    opened_for_a_deployment(walk)
    walk.do(walk.engineer, Action.SUBMIT)
    ChangeRequest.objects.update(origin=Origin.PORTAL)

    with pytest.raises(AssertionError, match="would have to be rolled back or submitted"):
        walk.approve(walk.lead, ApprovalRole.TECH_LEAD)


@pytest.mark.parametrize("means", [means for means in Means if means is not Means.CODE])
def test_change_without_code_goes_from_draft_to_closed_with_files(means: Means, walk: Walk) -> None:
    walk.draft(reverse("changes:new"), title="Raise the quota", means=means.value)
    walk.do(walk.engineer, Action.SUBMIT)
    file = SimpleUploadedFile("tried.png", b"\x89PNG tried on staging")
    address = reverse("changes:attach-file", args=[walk.change.key])
    sent = {"file": file, "kind": "document"}
    assert walk.browser(walk.engineer).post(address, sent).status_code == 302
    walk.approve(walk.lead, ApprovalRole.TECH_LEAD)
    walk.approve(walk.peer, ApprovalRole.PEER_REVIEWER)
    revision = facts_of(walk.change).head_revision
    walk.do(walk.lead, Action.RELEASE, revision=revision)
    walk.do(walk.lead, Action.START_DEPLOYMENT, revision=revision)
    sample = {"error_rate_percent": "0.1", "latency_p95_ms": "200", "is_healthy": "yes"}
    for stage in RolloutStageName:
        walk.do(walk.lead, Action.ADVANCE_STAGE, stage=stage.value)
        walk.do(walk.lead, Action.RECORD_SAMPLES, **sample)
    walk.do(walk.lead, Action.FINISH_DEPLOYMENT)
    walk.verify()
    walk.do(walk.engineer, Action.CLOSE)

    assert walk.change.state == State.CLOSED
    judged = judgement_of(walk.change, NOW + timedelta(minutes=walk.minutes))
    assert {f.rule: f.verdict for f in judged.findings if f.is_open} == {}
    assert walk.change.evidence_items.count() == 1


def test_change_without_code_and_without_a_file_is_not_deployed(walk: Walk) -> None:
    walk.draft(reverse("changes:new"), title="Raise the quota", means=Means.CONSOLE_CHANGE.value)
    walk.do(walk.engineer, Action.SUBMIT)
    walk.approve(walk.lead, ApprovalRole.TECH_LEAD)
    walk.approve(walk.peer, ApprovalRole.PEER_REVIEWER)

    with pytest.raises(AssertionError, match="Attach what shows that the console change was tried"):
        walk.do(walk.lead, Action.START_DEPLOYMENT, revision=facts_of(walk.change).head_revision)
