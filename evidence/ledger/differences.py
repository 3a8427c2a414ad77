"""What a check finds, in sentences: all are counted, the first are kept."""

from dataclasses import dataclass, field

KEPT = 200


@dataclass
class Differences:
    found: int = 0
    sentences: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        self.found += 1
        if len(self.sentences) < KEPT:
            self.sentences.append(sentence)
