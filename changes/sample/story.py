"""A story: everything that happens to one change of the sample, as plain data.

The telling ones are each a file under `stories/`, in Los Angeles time; `routine/` makes the rest.
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
    VerificationKind,
)

SEED = 20260701


@dataclass(frozen=True)
class CommitLine:
    """The same subject again is the same diff again: a rebase."""

    by: str
    at: datetime
    subject: str
    co_authors: tuple[str, ...] = ()
    is_merge: bool = False


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
class FileLine:
    """A file of text that somebody attaches as evidence."""

    by: str
    at: datetime
    name: str
    text: str


@dataclass(frozen=True)
class Refused:
    """Sent back by somebody else; submitted once more at `again`, or else rejected for good."""

    by: str
    at: datetime
    reason: str
    again: datetime | None = None


@dataclass(frozen=True)
class Gates:
    """`tests` are run (total, skipped, failed), `lines` are measured (valid, covered). Of the
    findings of the first scanner `criticals` are critical and `suppressed` of them suppressed.
    """

    tests: Mapping[str, int]
    lines: Mapping[str, int]
    silent_scanners: tuple[str, ...] = ()
    keeps_tests: bool = True
    criticals: int = 0
    suppressed: int = 0


@dataclass(frozen=True)
class Leave:
    by: str
    at: datetime
    reason: str
    valid_until: datetime


@dataclass(frozen=True)
class Rollout:
    """`by` releases it, watches the stages and verifies. Through the portal it must first
    pass the portal's own check; the pipeline reports what it did, also where it should not, under
    the `account` that ran it; through a `report` even stages that it skipped. `commit` is the
    one that is deployed, where it is not the newest.
    """

    by: str
    at: datetime
    through: str = "pipeline"
    reported_at: datetime | None = None
    stages: tuple[str, ...] = tuple(RolloutStageName)
    is_finished: bool = True
    account: str = "deploy-service"
    is_released: bool = True
    is_watched: bool = True
    commit: int | None = None


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
class Breach:
    """Samples above a threshold: percent of requests, or milliseconds."""

    begins: datetime
    ends: datetime
    error_rate: float | None = None
    latency: int | None = None


@dataclass(frozen=True)
class RollbackPlan:
    """Without `breach_from` a person decided it, and no sample was above its threshold."""

    at: datetime
    trigger: RollbackTrigger
    reason: str
    breach_from: datetime | None = None
    error_rate: float | None = None
    latency: int | None = None

    @property
    def breach(self) -> Breach | None:
        if self.breach_from is None:
            return None
        return Breach(self.breach_from, self.at, self.error_rate, self.latency)


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
    """`mistake` says in one sentence what is wrong with it; empty where nothing is. `number`
    is that of its change, and goes by when it was drafted. `breach` is one that nobody heeded,
    `forgotten` are documents that are declared and were never touched. `merged_by_force` is the
    administrator who lifted the branch's protection for it. One that is `after_the_fact` was
    deployed before anybody asked for it.
    """

    name: str
    title: str
    category: Category
    systems: tuple[str, ...]
    requester: str
    drafted: datetime
    texts: Mapping[str, str]
    number: int = 0
    mistake: str = ""
    after_the_fact: bool = False
    repository: str = ""
    pull_request: int = 0
    documents: tuple[DocumentKind, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    procedure: str = ""
    submitted: datetime | None = None
    merged: datetime | None = None
    merged_by_force: str = ""
    withdrawn: datetime | None = None
    closed: datetime | None = None
    gates: Gates | None = None
    commits: tuple[CommitLine, ...] = ()
    reviews: tuple[ReviewLine, ...] = ()
    approvals: tuple[ApprovalLine, ...] = ()
    files: tuple[FileLine, ...] = ()
    refused: Refused | None = None
    leave: Leave | None = None
    rollout: Rollout | None = None
    kpi: Kpi | None = None
    forgotten: tuple[DocumentKind, ...] = ()
    unrecorded: tuple[VerificationKind, ...] = ()
    breach: Breach | None = None
    rollback: RollbackPlan | None = None
    post_mortem: PostMortemLine | None = None
    incident_review: IncidentReview | None = None

    @property
    def random(self) -> Random:
        """The same for the same story each time, whatever else is in the sample."""
        return Random(f"{SEED}-{self.name}")  # noqa: S311 - nothing here is secret

    @property
    def pace(self) -> float:
        """In an emergency the pipeline gets all the machines."""
        return 0.4 if self.category is Category.EMERGENCY else 1.0
