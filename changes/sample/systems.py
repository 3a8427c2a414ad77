"""What the sample organisation runs, where its code lives, and what is approved beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from changes.models import Person, Repository, StandardProcedure, System
from changes.sample.people import GIT_HOST
from changes.workflow.administration import save_entry

IN_SCOPE_FROM = date(2026, 1, 1)


@dataclass(frozen=True)
class SystemLine:
    slug: str
    name: str
    description: str
    tech_leads: tuple[str, ...]
    is_infrastructure: bool = False


@dataclass(frozen=True)
class RepositoryLine:
    name: str
    system: str
    test_tool: str
    coverage_tool: str


@dataclass(frozen=True)
class ProcedureLine:
    slug: str
    title: str
    steps: str
    systems: tuple[str, ...]
    limits: Mapping[str, Mapping[str, int]]
    expires_on: date = field(default=date(2027, 1, 1))


SYSTEMS = (
    SystemLine(
        "gateway-api",
        "Gateway API",
        "Takes every customer request: keys, limits, routing to the services behind it.",
        ("hedda",),
    ),
    SystemLine(
        "billing",
        "Billing",
        "Turns metered usage into invoices, credit notes and tax reports.",
        ("hedda", "eleni"),
    ),
    SystemLine(
        "identity",
        "Identity",
        "Sign-in, second factors, single sign-on and the lifetime of sessions.",
        ("marcus",),
    ),
    SystemLine(
        "data-pipeline",
        "Data pipeline",
        "Collects usage events and aggregates them for billing and for the console.",
        ("eleni",),
    ),
    SystemLine(
        "web-console",
        "Web console",
        "Where customers manage projects, keys, members and plans.",
        ("eleni",),
    ),
    SystemLine(
        "platform",
        "Platform",
        "Clusters, networks, databases, certificates and backups under everything else.",
        ("marcus",),
        is_infrastructure=True,
    ),
)

REPOSITORIES = (
    RepositoryLine("orca/api", "gateway-api", "Vitest", "Istanbul"),
    RepositoryLine("orca/web", "web-console", "Vitest", "Istanbul"),
    RepositoryLine("orca/infrastructure", "platform", "Module tests", "Policy coverage"),
)

PROCEDURES = (
    ProcedureLine(
        "dependency-security-patch",
        "Security patch of dependencies",
        "1. Take the patch release that the advisory names. 2. Let the whole pipeline run."
        " 3. Have another engineer read the lock file's difference. 4. Release in the window.",
        ("gateway-api", "billing", "identity", "data-pipeline", "web-console"),
        {"packages": {"minimum": 1, "maximum": 10}, "major_versions": {"maximum": 0}},
    ),
    ProcedureLine(
        "configuration-within-limits",
        "Configuration within approved limits",
        "1. Change the one value in the repository. 2. Compare the plan on staging with the"
        " expected difference. 3. Release in the window and watch the value's own graph.",
        ("gateway-api", "data-pipeline"),
        {"percent_changed": {"minimum": 1, "maximum": 25}},
    ),
    ProcedureLine(
        "scheduled-database-maintenance",
        "Scheduled maintenance of a database",
        "1. Announce it on the status page two days ahead. 2. Check the newest backup by"
        " restoring it. 3. Run the job of the runbook. 4. Compare row counts before and after.",
        ("billing", "identity", "data-pipeline"),
        {"minutes_unavailable": {"minimum": 0, "maximum": 5}},
    ),
    ProcedureLine(
        "certificate-rotation",
        "Rotation of certificates",
        "1. Issue the new certificate. 2. Deploy it beside the old one. 3. Move the listeners."
        " 4. Revoke the old certificate after a day.",
        ("gateway-api", "platform"),
        {"certificates": {"minimum": 1, "maximum": 20}},
        expires_on=date(2026, 9, 1),
    ),
)


def add_systems(people: Mapping[str, Person], actor: Person, at: datetime) -> dict[str, System]:
    systems = {}
    for line in SYSTEMS:
        system = System(
            slug=line.slug,
            name=line.name,
            description=line.description,
            is_infrastructure=line.is_infrastructure,
            in_scope_from=IN_SCOPE_FROM,
        )
        leads = [people[handle] for handle in line.tech_leads]
        save_entry(record=system, actor=actor, at=at, related={"tech_leads": leads})
        systems[line.slug] = system
    return systems


def add_repositories(
    systems: Mapping[str, System], actor: Person, at: datetime
) -> dict[str, Repository]:
    repositories = {}
    for line in REPOSITORIES:
        repository = Repository(
            name=line.name,
            host=GIT_HOST,
            url=f"https://{GIT_HOST}/{line.name}",
            system=systems[line.system],
            reports_deployments=True,
            reports_reviews=True,
        )
        save_entry(record=repository, actor=actor, at=at)
        repositories[line.name] = repository
    return repositories


def add_procedures(
    systems: Mapping[str, System], actor: Person, at: datetime
) -> dict[str, StandardProcedure]:
    procedures = {}
    for line in PROCEDURES:
        procedure = StandardProcedure(
            slug=line.slug,
            title=line.title,
            steps=line.steps,
            parameter_limits=line.limits,
            valid_from=IN_SCOPE_FROM,
            expires_on=line.expires_on,
        )
        covered = [systems[slug] for slug in line.systems]
        save_entry(record=procedure, actor=actor, at=at, related={"systems": covered})
        procedures[line.slug] = procedure
    return procedures
