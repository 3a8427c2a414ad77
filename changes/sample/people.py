"""Who works at the sample organisation."""

from dataclasses import dataclass
from datetime import datetime

from changes.models import Person
from changes.sample.logins import SAMPLE_PASSWORD
from changes.vocabulary import PersonKind, Role
from changes.workflow.people import add_person

GIT_HOST = "git.orca.example"
ENGINEER = (Role.ENGINEER,)
ON_CALL = (Role.ENGINEER, Role.ON_CALL)
LOS_ANGELES, TORONTO, BERLIN = "America/Los_Angeles", "America/Toronto", "Europe/Berlin"


@dataclass(frozen=True)
class Member:
    """`handle` is the name in the stories and on the git host; some may sign in as `username`."""

    handle: str
    name: str
    roles: tuple[Role, ...] = ()
    username: str | None = None
    time_zone: str = LOS_ANGELES
    kind: PersonKind = PersonKind.HUMAN


MEMBERS = (
    Member("aylin", "Aylin Yıldız", (Role.POLICY_ADMINISTRATOR,), "policy"),  # noqa: RUF001 - the letter is Turkish
    Member("david", "David Mbeki", (Role.POLICY_ADMINISTRATOR,)),
    Member("ruth", "Ruth Abernathy", (Role.COMPLIANCE,), "compliance"),
    Member("minseo", "김민서", (Role.COMPLIANCE,), time_zone=TORONTO),
    Member("claire", "Claire Beaumont", (Role.AUDITOR,), "auditor", TORONTO),
    Member("hedda", "Hedda Lindqvist", (Role.TECH_LEAD,), "lead"),
    Member("marcus", "Marcus Adeyemi", (Role.TECH_LEAD, Role.ON_CALL)),
    Member("eleni", "Ελένη Παπαδοπούλου", (Role.TECH_LEAD,), time_zone=TORONTO),
    Member("sean", "Seán Ó Briain", ON_CALL, "oncall"),
    Member("lan", "Nguyễn Thị Lan", ON_CALL),
    Member("yusuf", "يوسف حداد", ON_CALL, time_zone=TORONTO),
    Member("amara", "Amara Okafor", ENGINEER, "engineer"),
    Member("kenji", "渡辺 健二", ENGINEER),
    Member("olga", "Ольга Смирнова", ENGINEER, time_zone=BERLIN),
    Member("priya", "Priya Raghunathan", ENGINEER),
    Member("tomasz", "Tomasz Wójcik", ENGINEER, time_zone=BERLIN),
    Member("dependency-bot", "Dependency bot", kind=PersonKind.BOT),
    Member("coding-agent", "Coding agent", kind=PersonKind.BOT),
    Member("deploy-service", "Deployment service", kind=PersonKind.SERVICE),
    Member("ops", "Operations (shared account)", kind=PersonKind.SERVICE),
)


def add_people(at: datetime) -> dict[str, Person]:
    """By handle. The first is a policy administrator and adds the others."""
    people: dict[str, Person] = {}
    for member in MEMBERS:
        people[member.handle] = add_person(
            actor=people.get(MEMBERS[0].handle),
            at=at,
            name=member.name,
            kind=member.kind,
            roles=member.roles,
            username=member.username,
            password=SAMPLE_PASSWORD if member.username else None,
            time_zone=member.time_zone,
            email=f"{member.handle}@orca.example" if member.kind is PersonKind.HUMAN else "",
            logins={GIT_HOST: member.handle},
        )
    return people
