"""What rules receive: plain, frozen facts about one change.

People are numbers (a person, whatever the login) beside the name to show; instants are
aware datetimes; `None` means that the source does not say.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from changes.rules.outcomes import (
    AdvisoryFacts,
    DeploymentFacts,
    DocumentFacts,
    IncidentReviewFacts,
    PostMortemFacts,
    ReleaseFacts,
    RunFacts,
    SampleFacts,
)
from changes.rules.persons import PersonFacts
from changes.vocabulary import (
    ApprovalRole,
    Category,
    Decision,
    Gate,
    Means,
    Origin,
    ReviewState,
    State,
)


@dataclass(frozen=True)
class SystemFacts:
    slug: str
    name: str
    is_infrastructure: bool = False
    tech_leads: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ProcedureFacts:
    slug: str
    title: str
    valid_from: date
    expires_on: date
    systems: frozenset[str] = frozenset()
    parameter_limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class CommitFacts:
    sha: str
    committed_at: datetime
    author: PersonFacts | None = None
    co_authors: tuple[PersonFacts, ...] = ()
    parents: tuple[str, ...] = ()
    patch_id: str = ""
    is_merge: bool = False
    is_merge_of_host: bool = False
    committer: PersonFacts | None = None
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True)
class DiffFacts:
    """Of a whole pull request at one revision. `patch_id` is empty where it is not known."""

    patch_id: str = ""
    paths: frozenset[str] | None = None


@dataclass(frozen=True)
class ApprovalFacts:
    person: PersonFacts
    role: ApprovalRole
    decision: Decision
    decided_at: datetime
    revision: str
    request_digest: str
    patch_id: str = ""
    roles_held: frozenset[str] = frozenset()
    systems_led: frozenset[str] = frozenset()
    was_on_call: bool = False


@dataclass(frozen=True)
class ReviewFacts:
    person: PersonFacts
    state: ReviewState
    revision: str
    submitted_at: datetime


@dataclass(frozen=True)
class GateResultFacts:
    gate: Gate
    tool: str
    revision: str
    numbers: Mapping[str, int]
    produced_at: datetime


@dataclass(frozen=True)
class FreezeFacts:
    reason: str
    starts_at: datetime
    ends_at: datetime
    systems: frozenset[str] = frozenset()


@dataclass(frozen=True)
class WindowExceptionFacts:
    reason: str
    approved_by: PersonFacts
    approved_at: datetime
    valid_until: datetime


@dataclass(frozen=True)
class ShiftFacts:
    """On call from `starts_at` until just before `ends_at`."""

    person_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class ChangeFacts:
    """One change as its rules see it. `submitted_on` is the day of submission in the
    organisation's reporting time zone, `deployed_on` that of the first deployment. `judged_at`
    is the moment of judging and `judged_on` its day; None is the moment at which nothing is
    overdue yet. `sees_reviews` and `sees_deployments` say whether the
    source reports them at all: what is never reported is unknown, not missing.
    """

    key: str
    category: Category
    origin: Origin
    state: State
    texts: Mapping[str, str]
    systems: tuple[SystemFacts, ...] = ()
    requester: PersonFacts | None = None
    is_infrastructure: bool = False
    procedure: ProcedureFacts | None = None
    procedure_parameters: Mapping[str, float] = field(default_factory=dict)
    avoided_day_reason: str = ""
    incident_url: str = ""
    submitted_at: datetime | None = None
    submitted_on: date | None = None
    head_revision: str = ""
    request_digest: str = ""
    means: Means = Means.CODE
    evidence_files: int = 0
    commits: tuple[CommitFacts, ...] = ()
    diffs: Mapping[str, DiffFacts] = field(default_factory=dict)
    pull_request_authors: tuple[PersonFacts, ...] = ()
    reviews: tuple[ReviewFacts, ...] = ()
    approvals: tuple[ApprovalFacts, ...] = ()
    gate_results: tuple[GateResultFacts, ...] = ()
    runs: tuple[RunFacts, ...] = ()
    mergers: tuple[PersonFacts, ...] = ()
    releases: tuple[ReleaseFacts, ...] = ()
    deployments: tuple[DeploymentFacts, ...] = ()
    documents: tuple[DocumentFacts, ...] = ()
    post_mortem: PostMortemFacts | None = None
    incident_review: IncidentReviewFacts | None = None
    advisory: AdvisoryFacts | None = None
    freezes: tuple[FreezeFacts, ...] = ()
    window_exceptions: tuple[WindowExceptionFacts, ...] = ()
    shifts: tuple[ShiftFacts, ...] = ()
    is_judged_by_later_policy: bool = False
    sees_reviews: bool = True
    sees_deployments: bool = True
    deployed_on: date | None = None
    judged_at: datetime | None = None
    judged_on: date | None = None

    @cached_property
    def authors(self) -> dict[int, PersonFacts]:
        """Everybody who made it: the requester, every author and co-author of every commit. Who
        has the host merge it makes nothing (decision 0140).
        """
        people = [*self.pull_request_authors]
        if self.requester:
            people.append(self.requester)
        for commit in self.commits:
            author = None if commit.is_merge_of_host else commit.author
            people += [*([author] if author else []), *commit.co_authors]
        return {person.id: person for person in people}

    @cached_property
    def last_pusher(self) -> PersonFacts | None:
        """Who put the tested revision there, where the source says so."""
        made = (c for c in self.commits if not c.is_merge_of_host)
        return next((c.committer for c in made if c.sha == self.tested_revision), None)

    @cached_property
    def touched_paths(self) -> frozenset[str] | None:
        """What the tested revision touches; where its diff is not known, what the commits do.
        None where one of them does not say. Merges add nothing.
        """
        diff = self.diffs.get(self.tested_revision)
        if diff and diff.paths is not None:
            return diff.paths
        lists = [commit.paths for commit in self.commits if not commit.is_merge]
        known = [paths for paths in lists if paths is not None]
        if not lists or len(known) < len(lists):
            return None
        return frozenset(path for paths in known for path in paths)

    @cached_property
    def first_deployment(self) -> DeploymentFacts | None:
        return min(self.deployments, key=lambda d: d.started_at, default=None)

    @property
    def is_deployed(self) -> bool:
        return bool(self.deployments)

    @cached_property
    def tested_revision(self) -> str:
        """What has to be tested and approved: what was deployed, before that the head."""
        deployment = self.first_deployment
        return deployment.revision if deployment else self.head_revision

    @property
    def last_deployment(self) -> DeploymentFacts | None:
        return max(self.deployments, key=lambda d: d.started_at, default=None)

    @cached_property
    def tested_patch_id(self) -> str:
        """The diff of the tested revision, where it is known."""
        return self.patch_id_of(self.tested_revision)

    def is_before_deployment(self, at: datetime) -> bool:
        deployment = self.first_deployment
        return deployment is None or at < deployment.started_at

    def on_call_at(self, at: datetime) -> set[int]:
        return {s.person_id for s in self.shifts if s.starts_at <= at < s.ends_at}

    def patch_id_of(self, revision: str) -> str:
        """The diff that leads to a revision: as it was fetched, else from the patch-ids of its
        line of commits. A pure rebase keeps it. Empty where a part of it is not known.
        """
        diff = self.diffs.get(revision)
        if diff and diff.patch_id:
            return diff.patch_id
        rest = {commit.sha: commit for commit in self.commits}
        line: list[CommitFacts] = []
        while revision in rest:
            line.append(rest.pop(revision))
            revision = next((sha for sha in line[-1].parents if sha in rest), "")
        ids = [commit.patch_id for commit in line]
        is_whole = line and (line[-1].parents or {c.patch_id for c in rest.values()} <= set(ids))
        if not is_whole or not all(ids):
            return ""
        return ids[0] if len(ids) == 1 else hashlib.sha256("\n".join(ids).encode()).hexdigest()

    @property
    def is_imported(self) -> bool:
        return self.origin is Origin.IMPORTED

    @property
    def touches_infrastructure(self) -> bool:
        return self.is_infrastructure or any(s.is_infrastructure for s in self.systems)


__all__ = [
    "AdvisoryFacts",
    "ApprovalFacts",
    "ChangeFacts",
    "CommitFacts",
    "DeploymentFacts",
    "DiffFacts",
    "DocumentFacts",
    "FreezeFacts",
    "GateResultFacts",
    "IncidentReviewFacts",
    "PersonFacts",
    "PostMortemFacts",
    "ProcedureFacts",
    "ReleaseFacts",
    "ReviewFacts",
    "RunFacts",
    "SampleFacts",
    "ShiftFacts",
    "SystemFacts",
    "WindowExceptionFacts",
]
