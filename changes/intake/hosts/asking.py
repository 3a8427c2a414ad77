"""What a host is asked, and what it tells: words without a wire.

Whoever has the wire sends each `Ask` and gives back what was `Told`, until there is an answer.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from changes.intake.hosts.fields import Fields
from changes.intake.strict_json import read_strictly

PAGE_SIZE, PAGES_MAXIMUM = 100, 30
NOT_FOUND = 404
# The code of a refusal that is no fault of an answer: its sentence stands alone.
NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Ask:
    """One request below the root of the host's API. `passes` are refusals that tell something."""

    path: str
    method: str = "GET"
    accept: str = "application/json"
    parameters: Mapping[str, str] = field(default_factory=dict)
    passes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Told:
    """`body` is None where it is longer than the portal reads; `cursor` is by what some hosts
    name the next page.
    """

    status: int
    body: bytes | None
    has_more: bool = False
    cursor: str = ""

    @property
    def values(self) -> Any:
        return read_strictly(self.body or b"")

    @property
    def fields(self) -> Fields:
        return Fields({"answer": self.values}).object("answer")

    @property
    def items(self) -> list[Fields]:
        return list(Fields({"answer": self.values}).objects("answer"))


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
