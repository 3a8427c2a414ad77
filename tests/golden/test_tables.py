"""The tables of a package, character by character.

After a change that is meant: ORCA_GOLDEN=write pytest tests/golden, and read the difference.
"""

import os
from pathlib import Path

import pytest

from changes import clock
from changes.vocabulary import Role
from tests.evidence.packages.compiling import compiled, content_of
from tests.factories.catalogue import SystemFactory
from tests.factories.people import PersonFactory
from tests.factories.source import CommitFactory, RepositoryFactory
from tests.factories.stories import Story, make_story
from tests.factories.times import NOW

HERE = Path(__file__).parent
TABLES = (
    "population.csv",
    "population.json",
    "control-tests.csv",
    "exceptions.csv",
    "reconciliation.csv",
)


def person(name: str, role: Role) -> object:
    return PersonFactory.create(name=name, roles=[role])


@pytest.fixture
def tables(db: None, quick_sheets: list[str]) -> dict[str, bytes]:
    """One change in order, one that was never approved, one commit that nobody asked for."""
    lead, peer = person("Lea Lead", Role.TECH_LEAD), person("Pál Peer", Role.ENGINEER)
    system = SystemFactory.create(name="Pages", slug="pages", tech_leads=[lead])
    repository = RepositoryFactory.create(name="orca/pages", system=system)
    known = {"lead": lead, "system": system, "repository": repository}

    def story(title: str) -> Story:
        requester = person("渡辺 健二", Role.ENGINEER)
        found = make_story(title=title, requester=requester, **known)
        found.peer = peer  # type: ignore[assignment]
        return found

    story("Sort the pages").pass_gates().approve().deploy().verify().close()
    story('=HYPERLINK("https://example.org", "Sort")')
    CommitFactory.create(
        repository=repository, sha="f" * 40, author=peer, subject="-1 line, quickly"
    )
    with clock.simulated(NOW.replace(month=10)):
        return content_of(compiled())


@pytest.mark.parametrize("name", TABLES)
def test_table_reads_as_before(tables: dict[str, bytes], name: str) -> None:
    golden = HERE / "2026Q3" / name
    if os.environ.get("ORCA_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(tables[name])

    assert tables[name].decode() == golden.read_text(encoding="utf-8")
