"""Many complete changes, written in bulk: what the benchmarks measure against.

They stand in the database as the workflow would have left them, but for their events.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from django.db import transaction

from changes.models import (
    Approval,
    ChangeRequest,
    Commit,
    Deployment,
    GateResult,
    Person,
    PolicyVersion,
    PullRequest,
    Repository,
    RolloutStage,
    System,
    Verification,
)
from changes.queries.wording import request_digest
from changes.vocabulary import (
    ApprovalRole,
    Attribution,
    Category,
    Decision,
    DeploymentOutcome,
    Gate,
    RolloutStageName,
    StageResult,
    State,
    VerificationKind,
)
from changes.workflow.requests import next_numbers

QUARTER, START = "2026Q3", datetime(2026, 7, 6, 17, tzinfo=UTC)
TEXT = "A paragraph of the length that people write into a request, with a few facts in it. " * 4
NUMBERS = {
    Gate.TESTS: {"total": 400, "passed": 398, "failed": 0, "skipped": 2},
    Gate.COVERAGE: {"lines_valid": 1000, "lines_covered": 870},
    Gate.SECURITY_SCAN: {"critical": 0, "high": 1},
}
TOOLS = [
    (Gate.TESTS, "pytest"),
    (Gate.COVERAGE, "coverage.py"),
    *((Gate.SECURITY_SCAN, name) for name in ("CodeQL", "npm audit", "Snyk")),
]


@transaction.atomic
def fill(count: int) -> None:
    """`count` more verified and closed changes of one quarter, with all that belongs to them."""
    people, systems = _people_and_systems()
    repository, _ = Repository.objects.get_or_create(
        name="orca/api", defaults={"reports_deployments": True, "reports_reviews": True}
    )
    changes = _changes(count, people)
    _systems(changes, systems)
    pulls = _pull_requests(changes, repository, people)
    _decisions(changes, systems, people)
    _results(pulls, repository)
    _rollouts(changes, repository, people)


def _people_and_systems() -> tuple[list[Person], list[System]]:
    people = [
        Person.objects.get_or_create(username=f"p{n}", defaults={"name": f"Person {n}"})[0]
        for n in range(12)
    ]
    systems = [
        System.objects.get_or_create(slug=f"s{n}", defaults={"name": f"System {n}"})[0]
        for n in range(6)
    ]
    for system in systems:
        system.tech_leads.add(people[0])
    return people, systems


def sha(number: int) -> str:
    return hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()


def _changes(count: int, people: Sequence[Person]) -> list[ChangeRequest]:
    policy = PolicyVersion.objects.get(version="1.0")
    changes = []
    for index, number in enumerate(next_numbers(count)):
        at = _at(index, count)
        changes.append(
            ChangeRequest(
                number=number,
                title=f"Change number {number} of a system that many people use",
                category=Category.NORMAL,
                state=State.CLOSED,
                requester=people[1 + index % 5],
                description=TEXT,
                business_justification=TEXT,
                risk_assessment=TEXT,
                rollback_plan=TEXT,
                testing_evidence=TEXT,
                drafted_at=at,
                submitted_at=at,
                closed_at=at + timedelta(hours=5),
                counted_at=at + timedelta(hours=2),
                policy_version=policy,
            )
        )
    return ChangeRequest.objects.bulk_create(changes, batch_size=500)


def _at(index: int, count: int) -> datetime:
    """Spread over the quarter's first twelve weeks, Monday to Thursday, at ten in the morning."""
    day = index * 48 // count
    return START + timedelta(days=7 * (day // 4) + day % 4, seconds=index % 60)


def _systems(changes: Sequence[ChangeRequest], systems: Sequence[System]) -> None:
    affected = ChangeRequest.systems.through
    affected.objects.bulk_create(
        (
            affected(changerequest=change, system=systems[index % len(systems)])
            for index, change in enumerate(changes)
        ),
        batch_size=1000,
    )


def _pull_requests(
    changes: Sequence[ChangeRequest], repository: Repository, people: Sequence[Person]
) -> list[PullRequest]:
    pulls = PullRequest.objects.bulk_create(
        (
            PullRequest(
                repository=repository,
                number=change.number,
                change=change,
                title=change.title,
                author=change.requester,
                head_revision=sha(change.number),
            )
            for change in changes
        ),
        batch_size=500,
    )
    Commit.objects.bulk_create(
        (
            Commit(
                repository=repository,
                sha=sha(pull.number),
                author=pull.author,
                authored_at=START,
                committed_at=START,
                subject=pull.title,
                pull_request=pull,
                attribution=Attribution.LINK,
            )
            for pull in pulls
        ),
        batch_size=500,
    )
    return pulls


def _decisions(
    changes: Sequence[ChangeRequest], systems: Sequence[System], people: Sequence[Person]
) -> None:
    roles = ((ApprovalRole.TECH_LEAD, people[0]), (ApprovalRole.PEER_REVIEWER, people[10]))
    Approval.objects.bulk_create(
        (
            Approval(
                change=change,
                person=person,
                role=role,
                roles_held=["tech lead"],
                systems_led=[systems[index % len(systems)].slug],
                decision=Decision.APPROVED,
                revision=sha(change.number),
                request_digest=request_digest(change, [systems[index % len(systems)].slug]),
                decided_at=change.drafted_at + timedelta(hours=1),
            )
            for (index, change), (role, person) in product(enumerate(changes), roles)
        ),
        batch_size=500,
    )


def _results(pulls: Sequence[PullRequest], repository: Repository) -> None:
    GateResult.objects.bulk_create(
        (
            GateResult(
                repository=repository,
                revision=pull.head_revision,
                gate=gate,
                tool=tool,
                numbers=NUMBERS[gate],
                produced_at=START,
                recorded_at=START,
            )
            for pull, (gate, tool) in product(pulls, TOOLS)
        ),
        batch_size=500,
    )


def _rollouts(
    changes: Sequence[ChangeRequest], repository: Repository, people: Sequence[Person]
) -> None:
    policy = PolicyVersion.objects.get(version="1.0")
    deployments = Deployment.objects.bulk_create(
        (
            Deployment(
                change=change,
                repository=repository,
                revision=sha(change.number),
                started_by=people[11],
                started_at=change.drafted_at + timedelta(hours=2),
                finished_at=change.closed_at,
                outcome=DeploymentOutcome.SUCCEEDED,
                policy_version=policy,
            )
            for change in changes
        ),
        batch_size=500,
    )
    RolloutStage.objects.bulk_create(
        (
            RolloutStage(
                deployment=deployment,
                name=name,
                observer=people[11],
                started_at=deployment.started_at + timedelta(minutes=15 * order),
                ended_at=deployment.started_at + timedelta(minutes=15 * (order + 1)),
                result=StageResult.HEALTHY,
            )
            for deployment, (order, name) in product(deployments, enumerate(RolloutStageName))
        ),
        batch_size=500,
    )
    Verification.objects.bulk_create(
        (
            Verification(
                deployment=deployment,
                kind=kind,
                has_passed=True,
                recorded_by=people[11],
                recorded_at=deployment.started_at + timedelta(hours=2),
            )
            for deployment, kind in product(deployments, VerificationKind)
        ),
        batch_size=500,
    )
