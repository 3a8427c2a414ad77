"""Changes written through the workflow, as far as a test wants them to have come.

story = make_story()                              # submitted, complete, with a pull request
story.pass_gates().approve().deploy().verify()    # each step leaves its records and events
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from changes.models import ChangeRequest, Deployment, Person, PullRequest, Repository, System
from changes.queries.facts import facts_of
from changes.queries.policies import version_in_force
from changes.vocabulary import (
    ApprovalRole,
    Category,
    Gate,
    PipelineStage,
    RolloutStageName,
    RunOutcome,
    VerificationKind,
)
from changes.workflow.approvals import approve_request
from changes.workflow.requests import close_request, draft_request, submit_request
from changes.workflow.rollbacks import roll_back
from changes.workflow.rollouts import advance_stage, finish_deployment, start_deployment
from changes.workflow.samples import record_sample
from changes.workflow.sources import (
    link_pull_request,
    record_commit,
    record_gate_result,
    record_pull_request,
    record_run,
)
from changes.workflow.verifications import record_verification
from tests.factories import times
from tests.factories.catalogue import OnCallShiftFactory, SystemFactory
from tests.factories.people import a_tech_lead, an_engineer, an_on_call_engineer
from tests.factories.pipeline import ALL_TESTS_PASSED, NOTHING_FOUND, WELL_COVERED
from tests.factories.request import TEXTS
from tests.factories.source import RepositoryFactory

PATHS = ["src/pages.py"]
KPI = {
    "name": "Orders an hour",
    "baseline": "200",
    "value": "198",
    "direction": "higher",
    "tolerance": "5",
}


@dataclass
class Story:
    """A change, and the people and things around it."""

    change: ChangeRequest
    requester: Person
    peer: Person
    lead: Person
    system: System
    repository: Repository
    pull: PullRequest

    @property
    def head(self) -> str:
        return self.pull.head_revision

    @property
    def deployment(self) -> Deployment:
        return self.change.deployments.latest("started_at")

    def pass_gates(self, revision: str = "", at: datetime = times.TESTED) -> Self:
        scanners = version_in_force(at).required_scanners
        self.run_pipeline(revision, at)
        self.report(Gate.TESTS, "pytest", ALL_TESTS_PASSED, revision, at)
        self.report(Gate.COVERAGE, "coverage", WELL_COVERED, revision, at)
        for scanner in scanners:
            self.report(Gate.SECURITY_SCAN, scanner, NOTHING_FOUND, revision, at)
        return self

    def run_pipeline(self, revision: str = "", at: datetime = times.TESTED) -> Self:
        """Every check that the policy requires before production, stage after stage."""
        for stage, checks in version_in_force(at).pipeline_checks.items():
            for check in checks if stage != PipelineStage.DEPLOY_PRODUCTION else ():
                record_run(
                    repository=self.repository,
                    revision=revision or self.head,
                    stage=PipelineStage(stage),
                    check_name=check,
                    outcome=RunOutcome.PASSED,
                    started_at=at,
                    finished_at=at,
                    change=self.change,
                )
        return self

    def report(
        self,
        gate: Gate,
        tool: str,
        numbers: dict[str, int],
        revision: str = "",
        at: datetime = times.TESTED,
    ) -> Self:
        record_gate_result(
            repository=self.repository,
            revision=revision or self.head,
            gate=gate,
            tool=tool,
            numbers=numbers,
            produced_at=at,
            recorded_at=at,
            change=self.change,
        )
        return self

    def approve(self, at: datetime = times.APPROVED) -> Self:
        """By the tech lead and by the peer."""
        self.approve_as(ApprovalRole.TECH_LEAD, self.lead, at)
        return self.approve_as(ApprovalRole.PEER_REVIEWER, self.peer, at)

    def approve_as(self, role: ApprovalRole, person: Person, at: datetime = times.APPROVED) -> Self:
        facts = facts_of(self.change)
        approve_request(
            request=self.change,
            actor=person,
            at=at,
            role=role,
            revision=facts.head_revision,
            request_digest=facts.request_digest,
        )
        return self._reread()

    def approve_emergency(self, at: datetime = times.APPROVED) -> Self:
        """By an engineer who is on call; the code was reviewed by the peer."""
        shift = OnCallShiftFactory.create(person=an_on_call_engineer())
        self.approve_as(ApprovalRole.PEER_REVIEWER, self.peer, at)
        return self.approve_as(ApprovalRole.ON_CALL, shift.person, at)

    def start(self, at: datetime = times.DEPLOYED, revision: str = "") -> Self:
        start_deployment(
            request=self.change,
            actor=self.lead,
            at=at,
            revision=revision or self.head,
            repository=self.repository,
            artifact_digest=f"sha256:{(revision or self.head):0<64}",
        )
        return self._reread()

    def sample(self, at: datetime) -> Self:
        """Everything is well at that moment."""
        record_sample(
            deployment=self.deployment,
            taken_at=at,
            error_rate_percent=Decimal("0.2"),
            latency_p95_ms=Decimal(250),
            is_healthy=True,
        )
        return self

    def deploy(self, at: datetime = times.DEPLOYED, revision: str = "") -> Self:
        """Started, every stage ten minutes after the last, watched, and finished."""
        self.start(at, revision)
        for number, stage in enumerate(RolloutStageName):
            self.advance(stage, at + timedelta(minutes=10 * number))
            self.sample(at + timedelta(minutes=10 * number))
            self.sample(at + timedelta(minutes=10 * number + 5))
        finish_deployment(
            deployment=self.deployment, actor=self.lead, at=at + timedelta(minutes=40)
        )
        return self._reread()

    def advance(self, stage: RolloutStageName, at: datetime = times.DEPLOYED) -> Self:
        advance_stage(deployment=self.deployment, actor=self.lead, at=at, stage=stage)
        return self._reread()

    def verify(self, at: datetime = times.VERIFIED) -> Self:
        for kind in VerificationKind:
            self.record(kind, has_passed=True, at=at)
        return self

    def record(
        self, kind: VerificationKind, *, has_passed: bool, at: datetime = times.VERIFIED
    ) -> Self:
        record_verification(
            deployment=self.deployment,
            actor=self.lead,
            at=at,
            kind=kind,
            has_passed=has_passed,
            details=KPI if kind is VerificationKind.KPI and has_passed else {},
        )
        return self._reread()

    def record_failure(self, at: datetime = times.ROLLED_OUT) -> Self:
        return self.record(VerificationKind.KPI, has_passed=False, at=at)

    def roll_back(self, at: datetime = times.VERIFIED) -> Self:
        roll_back(deployment=self.deployment, actor=self.lead, at=at, reason="It sorted backwards.")
        return self._reread()

    def close(self, at: datetime = times.CLOSED) -> Self:
        close_request(request=self.change, actor=self.requester, at=at)
        return self._reread()

    def push(self, sha: str, at: datetime = times.APPROVED, **values: Any) -> Self:
        """Another commit on the pull request, which becomes its head."""
        values = {"author": self.requester, "subject": "Once more", "paths": PATHS, **values}
        record_commit(pull_request=self.pull, sha=sha, committed_at=at, **values)
        return self._reread()

    def _reread(self) -> Self:
        self.change.refresh_from_db()
        self.pull.refresh_from_db()
        return self


def make_draft(**values: Any) -> Story:
    """A complete draft: one system with its lead, a peer, a pull request with one commit."""
    lead = values.pop("lead", None) or a_tech_lead()
    system = values.pop("system", None) or SystemFactory.create(tech_leads=[lead])
    requester = values.pop("requester", None) or an_engineer()
    at = values.pop("at", times.DRAFTED)
    repository = values.pop("repository", None) or RepositoryFactory.create(system=system)
    change = draft_request(
        actor=requester,
        at=at,
        values={"title": "Sort the pages", **TEXTS, **values},
        systems=[system],
    )
    pull = _pull_request(change, repository, requester, at)
    return Story(change, requester, an_engineer(), lead, system, repository, pull)


def make_story(**values: Any) -> Story:
    """The same, submitted. An emergency names its incident unless told otherwise."""
    if values.get("category") == Category.EMERGENCY:
        values.setdefault("incident_url", "https://incidents.example/1")
    at = values.pop("at", times.DRAFTED)
    story = make_draft(at=at, **values)
    submit_request(
        request=story.change, actor=story.requester, at=at + (times.SUBMITTED - times.DRAFTED)
    )
    return story._reread()


def make_change(**values: Any) -> ChangeRequest:
    """A submitted, complete change request."""
    return make_story(**values).change


def _pull_request(
    change: ChangeRequest, repository: Repository, author: Person, at: datetime
) -> PullRequest:
    number = repository.pull_requests.count() + 1
    pull = link_pull_request(
        request=change,
        repository=repository,
        number=number,
        actor=author,
        at=at,
        url=f"{repository.url}/pull/{number}",
    )
    record_pull_request(pull_request=pull, at=at, title=change.title, author=author)
    record_commit(
        pull_request=pull,
        sha=_sha_of(pull),
        author=author,
        committed_at=at - timedelta(hours=1),
        subject="Sort the pages by title",
        parents=["0" * 40],
        patch_id="p" * 40,
        paths=PATHS,
    )
    return pull


def _sha_of(pull: PullRequest) -> str:
    """The same in every run, and another for each pull request of each repository."""
    name = f"{pull.repository.name}#{pull.number}"
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
