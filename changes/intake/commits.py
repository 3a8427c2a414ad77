"""What a reader of histories hands over, whichever source it read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Unusable(Exception):
    """Nothing can be imported; `str()` is the sentence that says why."""


class ProblemKind(StrEnum):
    """Unreadable: not imported. Notice: imported, and something is worth knowing."""

    UNREADABLE = "unreadable"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1; 0 stands for the source as a whole."""

    line: int
    kind: ProblemKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody, as the source writes it."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What joins a commit to the others; kept of an unreadable line too, where it is legible."""

    line: int
    sha: str
    parents: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class HistoryCommit(Link):
    """A commit that can be imported. `claimed_number` is the pull request that the data names."""

    author: Signature
    committer: Signature | None
    authored_at: datetime
    committed_at: datetime
    co_authors: tuple[Signature, ...] = ()
    files_changed: int | None = None
    lines_added: int | None = None
    lines_removed: int | None = None
    makes_claim: bool = False
    claimed_number: object = None

    def signatures(self) -> Iterator[Signature]:
        yield self.author
        if self.committer:
            yield self.committer
        yield from self.co_authors


@dataclass
class History:
    """`links` are all commits that are known of, as they stand in the source; `commits` those
    to import, by revision; `repeated` the revisions that stand there twice; `breaks` the lines
    that do not even say which commit they are.
    """

    source: str
    unit: str = "line"
    sha256: str = ""
    links: list[Link] = field(default_factory=list)
    commits: dict[str, HistoryCommit] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    breaks: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def unreadable(self) -> int:
        return sum(problem.kind is ProblemKind.UNREADABLE for problem in self.problems)

    def add_unreadable(self, line: int, sentence: str) -> None:
        self.problems.append(Problem(line, ProblemKind.UNREADABLE, sentence))

    def add_notice(self, line: int, sentence: str) -> None:
        self.problems.append(Problem(line, ProblemKind.NOTICE, sentence))
