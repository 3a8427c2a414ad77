"""A story: everything that happens to one change of the sample, as plain data.

Each is written in a file of its own under `stories/`; times there are Los Angeles time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from changes.vocabulary import (
    ApprovalRole,
    Category,
    DocumentKind,
    ReviewState,
    RollbackTrigger,
    RolloutStageName,
)

SEED = 20260701


@dataclass(frozen=True)
class CommitLine:
    """The same subject again is the same diff again: a rebase."""

    by: str
    at: datetime
    subject: str
    co_authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewLine:
    by: str
    at: datetime
    state: ReviewState = ReviewState.APPROVED


@dataclass(frozen=True)
class ApprovalLine:
    by: str
    at: datetime
    role: ApprovalRole = ApprovalRole.TECH_LEAD
    comment: str = ""


@dataclass(frozen=True)
class Gates:
    """`tests` are run (total, skipped, failed), `lines` are measured (valid, covered)."""

    tests: Mapping[str, int]
    lines: Mapping[str, int]
    silent_scanners: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leave:
    by: str
    at: datetime
    reason: str
    valid_until: datetime


@dataclass(frozen=True)
class Rollout:
    """`by` releases it, watches the stages and verifies. Through the portal it must first
    pass the portal's own check; the pipeline reports what it did, also where it should not.
    """

    by: str
    at: datetime
    through: str = "pipeline"
    reported_at: datetime | None = None
    stages: tuple[str, ...] = tuple(RolloutStageName)
    is_finished: bool = True


@dataclass(frozen=True)
class Kpi:
    """`tolerance` is in percent of the baseline, against `direction` (which way is good)."""

    name: str
    baseline: float
    value: float
    direction: str
    tolerance: float

    @property
    def has_passed(self) -> bool:
        change = (self.value - self.baseline) / self.baseline * 100
        return (change if self.direction == "higher" else -change) >= -self.tolerance


@dataclass(frozen=True)
class RollbackPlan:
    at: datetime
    trigger: RollbackTrigger
    reason: str
    breach_from: datetime
    error_rate: float


@dataclass(frozen=True)
class ActionLine:
    title: str
    owner: str
    due_on: date
    done_at: datetime | None = None


@dataclass(frozen=True)
class PostMortemLine:
    by: str
    at: datetime
    what_happened: str
    root_cause: str
    approved_by: str
    approved_at: datetime
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True)
class IncidentReview:
    """Without `held_at` it was never held."""

    incident_at: datetime
    by: str = ""
    held_at: datetime | None = None
    findings: str = ""


@dataclass(frozen=True)
class Story:
    """`mistake` says in one sentence what is wrong with it; empty where nothing is."""

    number: int
    title: str
    category: Category
    systems: tuple[str, ...]
    requester: str
    drafted: datetime
    texts: Mapping[str, str]
    mistake: str = ""
    repository: str = ""
    pull_request: int = 0
    documents: tuple[DocumentKind, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    procedure: str = ""
    submitted: datetime | None = None
    merged: datetime | None = None
    withdrawn: datetime | None = None
    closed: datetime | None = None
    gates: Gates | None = None
    commits: tuple[CommitLine, ...] = ()
    reviews: tuple[ReviewLine, ...] = ()
    approvals: tuple[ApprovalLine, ...] = ()
    leave: Leave | None = None
    rollout: Rollout | None = None
    kpi: Kpi | None = None
    rollback: RollbackPlan | None = None
    post_mortem: PostMortemLine | None = None
    incident_review: IncidentReview | None = None

    @property
    def random(self) -> Random:
        """The same for the same story each time, whatever else is in the sample."""
        return Random(f"{SEED}-{self.number}")  # noqa: S311 - nothing here is secret

    @property
    def pace(self) -> float:
        """In an emergency the pipeline gets all the machines."""
        return 0.4 if self.category is Category.EMERGENCY else 1.0
