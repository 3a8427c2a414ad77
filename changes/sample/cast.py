"""Everybody and everything that the stories speak of, by the names they use."""

from dataclasses import dataclass
from datetime import datetime

from changes.models import Person, Repository, StandardProcedure, System
from changes.sample.people import MEMBERS, add_people
from changes.sample.systems import (
    REPOSITORIES,
    RepositoryLine,
    add_procedures,
    add_repositories,
    add_systems,
)


@dataclass(frozen=True)
class Cast:
    people: dict[str, Person]
    systems: dict[str, System]
    repositories: dict[str, Repository]
    procedures: dict[str, StandardProcedure]

    @property
    def policy_administrator(self) -> Person:
        return self.people[MEMBERS[0].handle]

    @staticmethod
    def tools_of(repository: Repository) -> RepositoryLine:
        return next(line for line in REPOSITORIES if line.name == repository.name)


def assemble(at: datetime) -> Cast:
    people = add_people(at)
    administrator = people[MEMBERS[0].handle]
    systems = add_systems(people, administrator, at)
    return Cast(
        people=people,
        systems=systems,
        repositories=add_repositories(systems, administrator, at),
        procedures=add_procedures(systems, administrator, at),
    )
