"""What a reconciliation looks at: plain facts, whoever recorded them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from changes.keys import format_key
from changes.vocabulary import Origin, State


class Kind(StrEnum):
    """What is reconciled. Their order is that of every list."""

    COMMIT = "commit"
    DEPLOYMENT = "deployment"
    CHANGE = "change"


class Match(StrEnum):
    """Three numbers, never added to one of success: `matched_late` shows no authorization."""

    MATCHED = "matched"
    MATCHED_LATE = "matched_late"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A change request. `deployed_at`: the start of its own first production deployment."""

    number: int
    origin: Origin
    state: State
    submitted_at: datetime | None
    deployed_at: datetime | None = None

    @property
    def key(self) -> str:
        return format_key(self.number)


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """A commit on a production branch. `reached_at`: when it came there.

    `sees_deployments`: whether a source reports the deployments of its repository.
    """

    repository: str
    sha: str
    parents: tuple[str, ...]
    committed_at: datetime
    reached_at: datetime
    pull_request: int | None
    request: RequestFacts | None
    sees_deployments: bool
    is_revert: bool = False
    author: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """A deployment to production, also one that failed or that brought an old revision back."""

    repository: str
    revision: str
    started_at: datetime
    request: RequestFacts | None
    started_by: str = ""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """A change request from its own side. `reached_at`: when its first pull request was merged."""

    request: RequestFacts
    title: str
    counted_at: datetime
    has_commits: bool
    reached_at: datetime | None = None
    sees_deployments: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One commit, deployment or change with its match. `reason` is empty where it is matched.

    `id` is the full SHA of a commit, repository, revision and start of a deployment, and the key
    of a change.
    """

    kind: Kind
    id: str
    match: Match
    reason: str
    at: datetime
    key: str = ""
    repository: str = ""
    revision: str = ""
    person: str = ""
    text: str = ""
