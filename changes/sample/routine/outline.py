from dataclasses import dataclass
from datetime import date
from random import Random

from changes.sample.routine.team import Team
from changes.sample.routine.topics import Topic


@dataclass(frozen=True)
class Outline:
    """A topic with its people, its first day and its own source of chance."""

    topic: Topic
    team: Team
    day: date
    random: Random
