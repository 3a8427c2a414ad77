"""Who does what in a made change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from changes.sample.calendar import FIRST_MONDAY, ROTA
from changes.sample.routine.topics import Topic
from changes.sample.systems import REPOSITORIES, SYSTEMS

REQUESTERS = {
    "orca/api": ("amara", "kenji", "olga", "tomasz"),
    "orca/web": ("priya", "tomasz", "kenji"),
    "orca/infrastructure": ("yusuf", "sean", "lan"),
}
REVIEWERS = ("amara", "kenji", "olga", "priya", "tomasz", "lan", "yusuf")
LEADS = {line.slug: line.tech_leads for line in SYSTEMS}
OWN_REPOSITORY = {line.system: line.name for line in REPOSITORIES}
DEPLOYERS = ("hedda", "marcus", "eleni", "sean", "lan", "yusuf")


@dataclass(frozen=True)
class Team:
    repository: str
    requester: str
    reviewer: str
    lead: str
    releaser: str


def team_for(topic: Topic, random: Random) -> Team:
    """Different people all: whoever releases has neither written nor approved it."""
    repository = OWN_REPOSITORY.get(topic.system, "orca/api")
    requester = random.choice(REQUESTERS[repository])
    lead = random.choice(LEADS[topic.system])
    reviewer = _other(REVIEWERS, random, requester, lead)
    releaser = _other(DEPLOYERS, random, requester, lead, reviewer)
    return Team(repository, requester, reviewer, lead, releaser)


def on_call_at(at: datetime) -> str:
    return ROTA[(at - FIRST_MONDAY) // timedelta(weeks=1)]


def _other(people: Sequence[str], random: Random, *taken: str) -> str:
    return random.choice([handle for handle in people if handle not in taken])
