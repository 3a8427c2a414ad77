"""What a host is asked for the diff of a revision, and what it tells: words without a wire.

Whoever has the wire sends each `Ask` and gives back what was `Told`, until there is a `Diff`.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from changes.intake.hosts.fields import Fields
from changes.intake.strict_json import read_strictly

PAGE_SIZE, PAGES_MAXIMUM = 100, 30


@dataclass(frozen=True)
class WantedDiff:
    """Of a pull request's head; or, where `is_merge`, of what its merge brought."""

    repository: str
    number: int
    revision: str
    branch: str = ""
    is_merge: bool = False
    commit_count: int | None = None


@dataclass(frozen=True)
class Ask:
    """One GET below the root of the host's API. `passes` are refusals that tell something."""

    path: str
    accept: str = "application/json"
    parameters: Mapping[str, str] = field(default_factory=dict)
    passes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Told:
    """`body` is None where it is longer than the portal reads."""

    status: int
    body: bytes | None
    has_more: bool = False

    @property
    def values(self) -> Any:
        return read_strictly(self.body or b"")

    @property
    def fields(self) -> Fields:
        return Fields({"answer": self.values}).object("answer")

    @property
    def items(self) -> list[Fields]:
        return list(Fields({"answer": self.values}).objects("answer"))


@dataclass(frozen=True)
class Diff:
    """`texts` are the diffs it may be: of one revision only one is right, and with several the
    host does not say which. None are known where `problem` says why. `paths` None: not known.
    """

    texts: tuple[bytes, ...] = ()
    paths: tuple[str, ...] | None = None
    problem: str = ""


Asking = Generator[Ask, Told, Diff]
DiffAsker = Callable[[WantedDiff], Asking]
TOO_LARGE = "The diff is larger than the host or the portal hands on."


def pages_of(path: str) -> Generator[Ask, Told, list[Fields] | None]:
    """Every item of a list; None where there are more than the portal reads. The addresses of
    further pages are counted, not taken from the answer.
    """
    found: list[Fields] = []
    for page in range(1, PAGES_MAXIMUM + 1):
        told = yield Ask(path, parameters={"per_page": str(PAGE_SIZE), "page": str(page)})
        if told.body is None:
            return None
        found += told.items
        if not told.has_more:
            return found
    return None


def all_paths(*lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({path for paths in lists for path in paths if path}))
