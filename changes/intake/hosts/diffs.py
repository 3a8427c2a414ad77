"""The diff of a revision, as a host or a clone gives it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from changes.intake.hosts.asking import Ask, Told


@dataclass(frozen=True)
class WantedDiff:
    """Of a pull request's head; or, where `is_merge`, of what its merge brought. `merged_as` is
    that merge, where there is one.
    """

    repository: str
    number: int
    revision: str
    branch: str = ""
    is_merge: bool = False
    commit_count: int | None = None
    merged_as: str = ""


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


def all_paths(*lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({path for paths in lists for path in paths if path}))
