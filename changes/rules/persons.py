"""People as rules see them: a number for the person, whatever the login."""

from dataclasses import dataclass

from changes.vocabulary import PersonKind


@dataclass(frozen=True)
class PersonFacts:
    id: int
    name: str
    kind: PersonKind = PersonKind.HUMAN

    @property
    def is_human(self) -> bool:
        return self.kind is PersonKind.HUMAN
