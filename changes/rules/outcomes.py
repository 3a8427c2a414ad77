"""What rules receive about the pipeline, the rollout and what came of it: plain, frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from changes.rules.persons import PersonFacts
from changes.rules.policy import Policy
from changes.vocabulary import (
    DocumentKind,
    PipelineStage,
    RollbackTrigger,
    RunOutcome,
    VerificationKind,
)


@dataclass(frozen=True)
class RunFacts:
    """One run of one check of a stage of the pipeline."""

    revision: str
    stage: PipelineStage
    check: str
    outcome: RunOutcome
    started_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True)
class ReleaseFacts:
    """The manual release to production; `roles_held` is what the person was at that time."""

    person: PersonFacts
    revision: str
    released_at: datetime
    roles_held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SampleFacts:
    """What monitoring saw at one moment: percent of requests, milliseconds, a health check."""

    taken_at: datetime
    error_rate_percent: Decimal | None = None
    latency_p95_ms: Decimal | None = None
    is_healthy: bool | None = None


@dataclass(frozen=True)
class StageFacts:
    name: str
    started_at: datetime
    ended_at: datetime | None = None
    observer: PersonFacts | None = None
    result: str = ""


@dataclass(frozen=True)
class RollbackFacts:
    """One that is done; `finished_at` is when production was back."""

    trigger: RollbackTrigger
    reason: str
    started_at: datetime
    observed: Mapping[str, Any] = field(default_factory=dict)
    started_by: PersonFacts | None = None
    finished_at: datetime | None = None

    @property
    def done_at(self) -> datetime:
        return self.finished_at or self.started_at


@dataclass(frozen=True)
class AlertFacts:
    """An alert of the monitoring that fired as a rollback trigger while the rollout ran."""

    name: str
    fired_at: datetime
    observed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return f"The alert {self.name} fired at {self.fired_at:%H:%M:%S} UTC."


@dataclass(frozen=True)
class VerificationFacts:
    """`details` of a KPI: name, baseline, value, direction, tolerance in % of the baseline."""

    kind: VerificationKind
    has_passed: bool
    recorded_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DeploymentFacts:
    """`policy` is the version in force when it started: it judges the window and the deployer.
    `roles_held` is what `started_by` was at that time.
    """

    revision: str
    started_at: datetime
    started_by: PersonFacts | None = None
    roles_held: frozenset[str] = frozenset()
    finished_at: datetime | None = None
    outcome: str = ""
    policy: Policy | None = None
    artifact_digest: str = ""
    stages: tuple[str, ...] = ()
    stage_records: tuple[StageFacts, ...] = ()
    samples: tuple[SampleFacts, ...] = ()
    alerts: tuple[AlertFacts, ...] = ()
    rollback: RollbackFacts | None = None
    verifications: tuple[VerificationFacts, ...] = ()
    verified: frozenset[str] = frozenset()
    failed_verifications: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DocumentFacts:
    """A document that the request declares; with a waiver, one that it need not update."""

    kind: DocumentKind
    waiver_reason: str = ""
    waived_by: PersonFacts | None = None


@dataclass(frozen=True)
class ActionItemFacts:
    title: str
    owner: PersonFacts | None
    due_on: date | None
    is_done: bool = False


@dataclass(frozen=True)
class PostMortemFacts:
    """Opened by a rollback, a failed verification or an emergency; written, then approved."""

    written_by: PersonFacts | None = None
    approved_by: PersonFacts | None = None
    action_items: tuple[ActionItemFacts, ...] = ()


@dataclass(frozen=True)
class IncidentReviewFacts:
    """The post-incident review of an emergency; `held_on` is a day where `due_on` is one."""

    due_on: date
    held_on: date | None = None
    reviewed_by: PersonFacts | None = None


@dataclass(frozen=True)
class AdvisoryFacts:
    """The security advisory that the change answers."""

    name: str
    published_on: date
