"""What hosts tell, as plain notices: the same for every host, free of its words.

A value that the payload does not give is None, which is not the same as an empty one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from changes.vocabulary import (
    DeploymentOutcome,
    PersonKind,
    ReviewState,
    RollbackTrigger,
    RunOutcome,
)


@dataclass(frozen=True)
class RepositoryName:
    """`name` is the path at the host, such as orca/portal."""

    host: str
    name: str
    url: str = ""
    default_branch: str = ""


@dataclass(frozen=True)
class Who:
    """Somebody as a host knows them: by login, or only by what stands in a commit."""

    login: str
    name: str = ""
    email: str = ""
    kind: PersonKind = PersonKind.HUMAN


@dataclass(frozen=True)
class Notice:
    """One thing that a host says. `action` and `sender` as the host gives them."""

    repository: RepositoryName
    action: str | None = None
    sender: Who | None = None


@dataclass(frozen=True)
class PullNotice(Notice):
    """A pull request, or merge request, as it stood at `updated_at`."""

    number: int = 0
    title: str = ""
    body: str | None = None
    url: str = ""
    author: Who | None = None
    state: str = ""
    is_merged: bool | None = None
    is_draft: bool | None = None
    head_revision: str = ""
    head_branch: str = ""
    head_repository: str | None = None
    base_branch: str = ""
    merge_revision: str | None = None
    merged_by: Who | None = None
    merged_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    commits: int | None = None
    changed_files: int | None = None
    old_revision: str | None = None


@dataclass(frozen=True)
class ReviewNotice(Notice):
    """A decision of somebody on a pull request; `revision` is what they saw."""

    pull: PullNotice | None = None
    number: int = 0
    reviewer: Who | None = None
    state: ReviewState | None = None
    revision: str | None = None
    submitted_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_of_author(self) -> bool:
        author = self.pull.author if self.pull else None
        return bool(author and self.reviewer and author.login == self.reviewer.login)


@dataclass(frozen=True)
class PushedCommit:
    sha: str
    message: str
    committed_at: datetime
    author: Who
    committer: Who | None = None
    url: str = ""
    paths: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True)
class PushNotice(Notice):
    """`branch` is empty for a tag. A host lists only the last commits of a long push:
    `total` says how many there were.
    """

    ref: str = ""
    before: str = ""
    after: str = ""
    is_created: bool = False
    is_deleted: bool = False
    is_forced: bool = False
    head: str | None = None
    commits: tuple[PushedCommit, ...] = ()
    total: int | None = None
    pushed_at: datetime | None = None

    @property
    def branch(self) -> str:
        return self.ref.removeprefix("refs/heads/") if self.ref.startswith("refs/heads/") else ""

    @property
    def is_to_default_branch(self) -> bool:
        return bool(self.branch) and self.branch == self.repository.default_branch


@dataclass(frozen=True)
class RunNotice(Notice):
    """A check, a suite of them, a status, a workflow, a pipeline or a job on one revision.

    `outcome` is None while it has none. `kind` is the host's word for what it is.
    """

    kind: str = ""
    identity: str = ""
    name: str = ""
    revision: str = ""
    branch: str | None = None
    status: str = ""
    conclusion: str | None = None
    outcome: RunOutcome | None = None
    stage: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    pulls: tuple[int, ...] = ()
    branches: tuple[str, ...] = ()
    attempt: int | None = None
    url: str = ""
    has_author: bool | None = None
    jobs: "tuple[RunNotice, ...]" = ()


@dataclass(frozen=True)
class DeploymentNotice(Notice):
    """A deployment, with its state at `state_at` where the payload tells one."""

    identity: str = ""
    revision: str = ""
    ref: str = ""
    environment: str = ""
    is_production: bool | None = None
    task: str = ""
    started_at: datetime | None = None
    started_by: Who | None = None
    state: str | None = None
    state_id: str = ""
    state_environment: str | None = None
    state_at: datetime | None = None
    outcome: DeploymentOutcome | None = None
    is_rolled_back: bool = False
    url: str = ""
    project: str = ""


@dataclass(frozen=True)
class NewsNotice(Notice):
    """What changes how a repository works or what it offers: a release, a rule of a branch."""

    kind: str = ""
    name: str = ""
    at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AlertNotice(Notice):
    """One alert of a group. `trigger` where its labels or its name say which it is."""

    name: str = ""
    status: str | None = None
    fingerprint: str | None = None
    starts_at: datetime | None = None
    starts_at_text: str = ""
    ends_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    trigger: RollbackTrigger | None = None
    receiver: str = ""
    group_status: str = ""
    group_key: str | None = None
    version: str | None = None
