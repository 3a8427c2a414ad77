"""The XML of CycloneDX: the same elements under any of its namespaces, by their local names."""

from typing import Any, BinaryIO

from changes.intake.evidence.xml_events import Attributes, listen
from changes.intake.json_values import Unreadable

_OUTSIDE = {"metadata", "pedigree", "evidence", "formulation", "annotations", "tools"}


class _Bill:
    def __init__(self) -> None:
        self.components = 0
        self.is_scan = False
        self.vulnerabilities: list[list[tuple[Any, Any]]] = []
        self.rating: dict[str, str] = {}
        self.words: list[str] | None = None  # of the element whose text is wanted

    def begin(self, path: list[str], attributes: Attributes) -> None:  # noqa: ARG002
        if len(path) == 1 and path[0] != "bom":
            raise Unreadable(f"Its root is '{path[0][:40]}': expected CycloneDX's bom.")
        name = path[-1]
        if name == "component" and path[-2] == "components" and not _OUTSIDE & set(path):
            self.components += 1
        elif name == "vulnerabilities":
            self.is_scan = True
        elif name == "vulnerability" and path[-2] == "vulnerabilities":
            self.vulnerabilities.append([])
        elif name == "rating":
            self.rating = {}
        elif self._is_word(path):
            self.words = []

    def text(self, content: str) -> None:
        if self.words is not None:
            self.words.append(content)

    def end(self, path: list[str]) -> None:
        if self.words is not None and self._is_word(path):
            self.rating[path[-1]] = "".join(self.words).strip()
            self.words = None
        elif path[-1] == "rating" and self.vulnerabilities:
            score = self.rating.get("score") or self.rating.get("base")
            self.vulnerabilities[-1].append((self.rating.get("severity"), score))

    @staticmethod
    def _is_word(path: list[str]) -> bool:
        """The older extension puts its base score one level deeper than the later versions."""
        return "rating" in path[-3:-1] and path[-1] in ("severity", "score", "base")


def read_xml(stream: BinaryIO) -> dict[str, Any]:
    bill = _Bill()
    listen(stream, bill)
    return {
        "components": bill.components,
        "vulnerabilities": bill.vulnerabilities,
        "is_scan": bill.is_scan,
        "tool": None,
    }
