"""Plain facts for the rules: a submitted, complete normal change, approved and tested.

Each builder takes what differs: `change_facts(gate_results=())`. People are numbers.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from changes.rules.facts import (
    ApprovalFacts,
    ChangeFacts,
    CommitFacts,
    DeploymentFacts,
    DocumentFacts,
    FreezeFacts,
    GateResultFacts,
    IncidentReviewFacts,
    PersonFacts,
    PostMortemFacts,
    ProcedureFacts,
    ReleaseFacts,
    ReviewFacts,
    RunFacts,
    SampleFacts,
    ShiftFacts,
    SystemFacts,
    WindowExceptionFacts,
)
from changes.rules.outcomes import ActionItemFacts, RollbackFacts, StageFacts, VerificationFacts
from changes.rules.policy import DEFAULTS, Policy
from changes.vocabulary import (
    ApprovalRole,
    Category,
    Decision,
    DocumentKind,
    Gate,
    Origin,
    PersonKind,
    PipelineStage,
    ReviewState,
    Role,
    RollbackTrigger,
    RunOutcome,
    State,
    VerificationKind,
)
from tests.factories import times
from tests.factories.pipeline import ALL_TESTS_PASSED, NOTHING_FOUND, WELL_COVERED
from tests.factories.request import TEXTS

HEAD, OTHER, DIGEST = "a" * 40, "b" * 40, "d" * 64

AUTHOR = PersonFacts(1, "Ada Author")
LEAD = PersonFacts(2, "Leo Lead")
PEER = PersonFacts(3, "Pia Peer")
ON_CALL = PersonFacts(4, "Olga On-Call")
STRANGER = PersonFacts(5, "Sam Stranger")
BOT = PersonFacts(6, "dependabot", PersonKind.BOT)

PAGES = SystemFacts("pages", "Pages", tech_leads=frozenset({LEAD.id}))
SEARCH = SystemFacts("search", "Search", tech_leads=frozenset({LEAD.id}))
CLUSTER = SystemFacts("cluster", "Cluster", is_infrastructure=True, tech_leads=frozenset({LEAD.id}))

# The customer's figures, written out once more: a test compares them with the seeded version.
POLICY = Policy(
    version="1.0",
    effective_on=date(2025, 10, 31),
    required_fields=(
        "description",
        "business_justification",
        "risk_assessment",
        "rollback_plan",
        "testing_evidence",
        "affected_systems",
    ),
    tech_leads_per_system=1,
    peer_reviewers_minimum=1,
    post_incident_review_working_days=5,
    holiday_calendar="US",
    emergency_share_maximum_percent=Decimal(10),
    tests_passed_minimum_percent=Decimal(100),
    tests_skipped_maximum_percent=Decimal(5),
    coverage_minimum_percent=Decimal(80),
    critical_findings_maximum=0,
    code_reviews_minimum=1,
    required_scanners=("CodeQL", "npm audit", "Snyk"),
    pipeline_checks={name: tuple(checks) for name, checks in DEFAULTS.pipeline_dict().items()},
    window_time_zone="America/Los_Angeles",
    window_days=(1, 2, 3, 4),
    window_reason_days=(5,),
    window_opens=time(10),
    window_closes=time(16),
    deployer_roles=("tech lead", "on-call"),
    rollout_stages=("canary", "10", "50", "100"),
    error_rate_maximum_percent=Decimal("1.5"),
    latency_p95_maximum_ms=700,
    trigger_sustained_seconds=300,
    sampling_gap_maximum_seconds=60,
    health_failures_maximum=3,
    rollback_within_seconds=300,
    rollback_commands={k: tuple(v) for k, v in DEFAULTS.rollback_commands_dict().items()},
    document_paths={k: tuple(v) for k, v in DEFAULTS.document_paths_dict().items()},
    document_triggers={k: tuple(v) for k, v in DEFAULTS.document_triggers_dict().items()},
    advisory_days_maximum=30,
    late_entry_after_hours=24,
)


def policy(**values: Any) -> Policy:
    return replace(POLICY, **values)


def approval(person: PersonFacts, role: ApprovalRole, **values: Any) -> ApprovalFacts:
    """For the head revision and the present wording."""
    given: dict[str, Any] = {
        "decision": Decision.APPROVED,
        "decided_at": times.APPROVED,
        "revision": HEAD,
        "request_digest": DIGEST,
    }
    return ApprovalFacts(person=person, role=role, **{**given, **values})


def lead_approval(person: PersonFacts = LEAD, **values: Any) -> ApprovalFacts:
    held: dict[str, Any] = {
        "roles_held": frozenset({Role.TECH_LEAD}),
        "systems_led": frozenset({"pages"}),
    }
    return approval(person, ApprovalRole.TECH_LEAD, **{**held, **values})


def peer_approval(person: PersonFacts = PEER, **values: Any) -> ApprovalFacts:
    return approval(person, ApprovalRole.PEER_REVIEWER, **values)


def on_call_approval(person: PersonFacts = ON_CALL, **values: Any) -> ApprovalFacts:
    return approval(person, ApprovalRole.ON_CALL, **{"was_on_call": True, **values})


def review(person: PersonFacts = PEER, **values: Any) -> ReviewFacts:
    given: dict[str, Any] = {
        "state": ReviewState.APPROVED,
        "revision": HEAD,
        "submitted_at": times.APPROVED,
    }
    return ReviewFacts(person=person, **{**given, **values})


def gate_result(gate: Gate, tool: str, numbers: dict[str, int], **values: Any) -> GateResultFacts:
    given: dict[str, Any] = {"revision": HEAD, "produced_at": times.TESTED}
    return GateResultFacts(gate=gate, tool=tool, numbers=numbers, **{**given, **values})


def ran(**numbers: int) -> GateResultFacts:
    return gate_result(Gate.TESTS, "pytest", {**ALL_TESTS_PASSED, **numbers})


def coverage(covered: int, valid: int) -> GateResultFacts:
    numbers = {"lines_covered": covered, "lines_valid": valid}
    return gate_result(Gate.COVERAGE, "coverage", numbers)


def scan(tool: str, **numbers: int) -> GateResultFacts:
    return gate_result(Gate.SECURITY_SCAN, tool, {**NOTHING_FOUND, **numbers})


def all_gates(revision: str = HEAD) -> tuple[GateResultFacts, ...]:
    results = (
        ran(),
        gate_result(Gate.COVERAGE, "coverage", WELL_COVERED),
        *(scan(tool) for tool in POLICY.required_scanners),
    )
    return tuple(replace(result, revision=revision) for result in results)


def run(stage: PipelineStage, check: str, **values: Any) -> RunFacts:
    given: dict[str, Any] = {
        "revision": HEAD,
        "outcome": RunOutcome.PASSED,
        "started_at": times.TESTED,
        "finished_at": times.TESTED,
    }
    return RunFacts(stage=stage, check=check, **{**given, **values})


def all_runs(revision: str = HEAD) -> tuple[RunFacts, ...]:
    """Every check that the policy requires, stage after stage, a minute each."""
    stages = [stage for stage in PipelineStage if stage is not PipelineStage.DEPLOY_PRODUCTION]
    return tuple(
        run(
            stage,
            check,
            revision=revision,
            started_at=times.TESTED + timedelta(minutes=number),
            finished_at=times.TESTED + timedelta(minutes=number + 1),
        )
        for number, stage in enumerate(stages)
        for check in POLICY.pipeline_checks[stage]
    )


def release(person: PersonFacts = LEAD, **values: Any) -> ReleaseFacts:
    given: dict[str, Any] = {
        "revision": HEAD,
        "released_at": times.DEPLOYED,
        "roles_held": frozenset({Role.TECH_LEAD}),
    }
    return ReleaseFacts(person=person, **{**given, **values})


def sample(minutes: float, start: datetime = times.DEPLOYED, **values: Any) -> SampleFacts:
    """A healthy one, so many minutes after the deployment began."""
    given: dict[str, Any] = {
        "taken_at": start + timedelta(minutes=minutes),
        "error_rate_percent": Decimal("0.2"),
        "latency_p95_ms": Decimal(250),
        "is_healthy": True,
    }
    return SampleFacts(**{**given, **values})


def stage_records(names: Iterable[str], start: datetime = times.DEPLOYED) -> tuple[StageFacts, ...]:
    """A quarter of an hour each."""
    starts = (start + timedelta(minutes=15 * number) for number in count())
    return tuple(
        StageFacts(name, begun, begun + timedelta(minutes=15), LEAD, "healthy")
        for name, begun in zip(names, starts, strict=False)
    )


def rollback(**values: Any) -> RollbackFacts:
    given: dict[str, Any] = {
        "trigger": RollbackTrigger.MANUAL,
        "reason": "It sorted backwards.",
        "started_at": times.ROLLED_OUT,
    }
    return RollbackFacts(**{**given, **values})


KPI = {
    "name": "Orders an hour",
    "baseline": "200",
    "value": "198",
    "direction": "higher",
    "tolerance": "5",
}


def verification(kind: VerificationKind, **values: Any) -> VerificationFacts:
    given: dict[str, Any] = {
        "has_passed": True,
        "recorded_at": times.VERIFIED,
        "details": KPI if kind is VerificationKind.KPI else {},
    }
    return VerificationFacts(kind=kind, **{**given, **values})


def deployment(**values: Any) -> DeploymentFacts:
    """One that succeeded, of the head revision, inside the window: an hour of rollout, and
    verified an hour later.
    """
    start: datetime = values.get("started_at", times.DEPLOYED)
    verified_at = start + (times.VERIFIED - times.DEPLOYED)
    given: dict[str, Any] = {
        "revision": HEAD,
        "started_at": start,
        "finished_at": start + (times.ROLLED_OUT - times.DEPLOYED),
        "outcome": "succeeded",
        "stages": POLICY.rollout_stages,
        "artifact_digest": "sha256:" + "a" * 64,
        "stage_records": stage_records(POLICY.rollout_stages, start),
        "samples": tuple(sample(minutes, start) for minutes in range(0, 61, 5)),
        "verifications": tuple(
            verification(kind, recorded_at=verified_at) for kind in VerificationKind
        ),
        "verified": frozenset({"smoke_tests", "health_checks", "kpi"}),
    }
    return DeploymentFacts(**{**given, **values})


def rolled_back(**values: Any) -> DeploymentFacts:
    return deployment(**{"outcome": "rolled_back", "rollback": rollback(), **values})


def document(kind: str, **values: Any) -> DocumentFacts:
    return DocumentFacts(DocumentKind(kind), **values)


def post_mortem(**values: Any) -> PostMortemFacts:
    given: dict[str, Any] = {
        "written_by": AUTHOR,
        "approved_by": LEAD,
        "action_items": (ActionItemFacts("Sort in a test", AUTHOR, date(2026, 8, 1)),),
    }
    return PostMortemFacts(**{**given, **values})


def incident_review(**values: Any) -> IncidentReviewFacts:
    """Due on the fifth working day, and held before."""
    given: dict[str, Any] = {
        "due_on": date(2026, 7, 21),
        "held_on": date(2026, 7, 20),
        "reviewed_by": LEAD,
    }
    return IncidentReviewFacts(**{**given, **values})


def shift(person: PersonFacts = ON_CALL, **values: Any) -> ShiftFacts:
    given: dict[str, Any] = {"starts_at": times.DRAFTED, "ends_at": times.NOW}
    return ShiftFacts(person_id=person.id, **{**given, **values})


def freeze(**values: Any) -> FreezeFacts:
    given: dict[str, Any] = {
        "reason": "Closing of the quarter",
        "starts_at": times.DEPLOYED,
        "ends_at": times.ROLLED_OUT,
    }
    return FreezeFacts(**{**given, **values})


def window_exception(**values: Any) -> WindowExceptionFacts:
    given: dict[str, Any] = {
        "reason": "The partner's maintenance",
        "approved_by": LEAD,
        "approved_at": times.APPROVED,
        "valid_until": times.ROLLED_OUT,
    }
    return WindowExceptionFacts(**{**given, **values})


def procedure(**values: Any) -> ProcedureFacts:
    given: dict[str, Any] = {
        "slug": "patch",
        "title": "Patch a dependency",
        "valid_from": date(2026, 1, 1),
        "expires_on": date(2027, 1, 1),
        "systems": frozenset({"pages"}),
    }
    return ProcedureFacts(**{**given, **values})


def change_facts(**values: Any) -> ChangeFacts:
    """A normal change as it stands before its deployment: nothing is open.

    Its head revision is released already, which matters only once it is deployed.
    """
    given: dict[str, Any] = {
        "key": "CHG-000001",
        "category": Category.NORMAL,
        "origin": Origin.PORTAL,
        "state": State.SUBMITTED,
        "texts": TEXTS,
        "systems": (PAGES,),
        "requester": AUTHOR,
        "submitted_at": times.SUBMITTED,
        "submitted_on": times.SUBMITTED.date(),
        "head_revision": HEAD,
        "request_digest": DIGEST,
        "commits": (commit(),),
        "pull_request_authors": (AUTHOR,),
        "approvals": (lead_approval(), peer_approval()),
        "gate_results": all_gates(),
        "runs": all_runs(),
        "releases": (release(),),
    }
    return ChangeFacts(**{**given, **values})


def commit(**values: Any) -> CommitFacts:
    given: dict[str, Any] = {
        "sha": HEAD,
        "committed_at": times.DRAFTED,
        "author": AUTHOR,
        "patch_id": "p1",
        "paths": ("src/pages.py",),
    }
    return CommitFacts(**{**given, **values})


def emergency(**values: Any) -> ChangeFacts:
    given: dict[str, Any] = {
        "category": Category.EMERGENCY,
        "approvals": (on_call_approval(),),
        "shifts": (shift(),),
        "incident_url": "https://incidents.example/1",
    }
    return change_facts(**{**given, **values})


def standard(**values: Any) -> ChangeFacts:
    given: dict[str, Any] = {
        "category": Category.STANDARD,
        "approvals": (),
        "reviews": (review(),),
        "procedure": procedure(),
    }
    return change_facts(**{**given, **values})


def imported(**values: Any) -> ChangeFacts:
    """From a repository's history alone: no request, no review, no gate, no deployment."""
    given: dict[str, Any] = {
        "origin": Origin.IMPORTED,
        "state": State.RECORDED,
        "texts": {},
        "systems": (),
        "requester": None,
        "submitted_at": None,
        "approvals": (),
        "gate_results": (),
        "runs": (),
        "releases": (),
        "commits": (commit(paths=None),),
        "sees_reviews": False,
        "sees_deployments": False,
    }
    return change_facts(**{**given, **values})


def los_angeles(text: str, *, fold: int = 0) -> datetime:
    """`2026-07-14 10:00:00` on a clock in Los Angeles, as an instant in UTC."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Los_Angeles"), fold=fold)
    return local.astimezone(UTC)
