"""The main document as an auditor reads it."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from changes import clock
from changes.vocabulary import Category, PolicyState
from evidence.packages.document import long_tables, main_document
from evidence.packages.freeze import SIZES, freeze
from evidence.packages.spool import Spool
from evidence.vocabulary import PartKind
from tests.evidence.packages.compiling import quarter
from tests.factories.people import PersonFactory
from tests.factories.policy import PolicyVersionFactory
from tests.factories.rollout import RollbackFactory
from tests.factories.source import CommitFactory, HistoryImportFactory, RepositoryFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db


def pages() -> list[str]:
    with Spool(SIZES) as spool:
        frozen = freeze(quarter(), spool)

        def slices(kind: PartKind) -> list[dict[str, object]]:
            return [{"rows": rows} for rows in spool.slices(kind)]

        tables = long_tables(frozen, slices)
    data = main_document(frozen, 1, "orca-cc8.1-2026Q3-r1.zip", tables, [])
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages]


def test_second_page_says_what_is_unknown_and_which_source_is_missing() -> None:
    RepositoryFactory.create(name="orca/quiet", reports_deployments=False, reports_reviews=False)
    make_story()

    second = pages()[1]

    assert "At a glance" in second
    assert "orca/quiet: no source reports deployments or reviews and checks." in second


def test_every_page_names_quarter_and_revision_and_that_it_is_interim() -> None:
    make_story()

    found = pages()

    assert all("2026Q3-r1" in page for page in found)
    assert all("INTERIM" in page for page in found)
    assert all(f"Page {n} of {len(found)}" in page for n, page in enumerate(found, start=1))


def test_closed_quarter_is_not_interim() -> None:
    make_story()
    with clock.simulated(NOW.replace(month=10)):
        assert not any("INTERIM" in page for page in pages())


def test_empty_quarter_says_so() -> None:
    found = pages()

    assert "No change belongs to 2026Q3" in found[1]
    assert any("There is no change to sum up." in page for page in found)


def test_policy_stands_in_plain_words_with_its_figures() -> None:
    policy = next(page for page in pages() if "The policy in force" in page and "Gates" in page)

    assert "100 % of the tests passed" in policy
    assert "coverage of at least 80 %" in policy
    assert "Monday, Tuesday, Wednesday and Thursday, 10:00 until just before 16:00" in policy
    assert "Deviations explained, remedied and tested again every change" in policy


def test_exceptions_and_unlinked_commits_are_listed() -> None:
    make_story()
    commit = CommitFactory.create(subject="A hotfix without a request")
    with clock.simulated(NOW.replace(month=10)):
        text = " ".join(pages())

    assert commit.sha[:12] in text
    assert "A hotfix without a request" in text


def test_unreadable_lines_of_an_import_are_named() -> None:
    problem = {"line": 12, "sentence": "It is not JSON.", "kind": "unreadable"}
    HistoryImportFactory.create(problems=[problem], source="/srv/data/history.jsonl")

    text = " ".join(pages())

    assert "Line 12: It is not JSON." in text
    assert "/srv/data" not in text


def section(heading: str) -> str:
    """The last page that names it is the section itself; the first one is the list of contents."""
    return [page for page in pages() if heading in page][-1]


def test_reconciliation_gives_three_numbers_each_and_how_they_came_about() -> None:
    make_story().pass_gates().approve().deploy()
    waiting = make_story(title="Sort the menus")
    CommitFactory.create()
    RepositoryFactory.create(name="orca/quiet", reports_deployments=False)

    text = section("How the reconciliation was produced")

    assert "Commits 1 0 0 1" in text
    assert "Deployments 1 1 0 0" in text
    assert "Changes 2 1 0 1" in text
    assert f"{waiting.change.key} Sort the menus It is submitted" in text
    assert "1 commits, 1 deployments, 2 changes; 2 unmatched in all; population 2" in text
    assert "orca/quiet: no source reports deployments to production." in text
    assert "orca/quiet 14 days: 1 to 14 Jul" in text


def test_reconciliation_of_nothing_says_so() -> None:
    text = section("How the reconciliation was produced")

    assert "Commits 0 0 0 0" in text
    assert "something was heard of each on every day" in text


def test_emergencies_stand_with_their_reviews() -> None:
    story = make_story(category=Category.EMERGENCY).pass_gates().approve_emergency().deploy()

    text = section("Emergency changes and their reviews")

    assert story.change.key in text
    assert "on-call" in text
    assert "not held" in text


def test_rollbacks_stand_with_what_set_them_off() -> None:
    make_story().pass_gates().approve().deploy().roll_back()

    text = section("what set it off")

    assert "manual" in text
    assert "not done" not in text


def test_rollback_that_nobody_finished_is_said_to_be_not_done() -> None:
    story = make_story().pass_gates().approve().deploy()
    RollbackFactory.create(deployment=story.deployment, finished_at=None)

    assert "not done" in section("what set it off")


def test_without_emergencies_and_rollbacks_it_says_so() -> None:
    text = " ".join(pages())

    assert "No change of this quarter was an emergency." in text
    assert "No rollback was opened." in text


def test_policy_changes_of_the_quarter_are_listed_with_both_pairs_of_eyes() -> None:
    proposer, approver = PersonFactory.create(name="Pia"), PersonFactory.create(name="Ada")
    known = {"proposed_by": proposer, "approved_by": approver, "approved_at": NOW}
    PolicyVersionFactory.create(version="1.1", effective_on=NOW.date(), **known)
    waits = {"state": PolicyState.PROPOSED, "approved_at": None}
    PolicyVersionFactory.create(version="0.9", effective_on=date(2026, 8, 1), **waits)

    text = section("Policy changes and the quarterly review")

    assert "1.1 2026-07-15 Pia Ada, 2026-07-15 18:00:00" in text
    assert "0.9" not in text


def test_quarter_without_policy_changes_says_so() -> None:
    text = section("Policy changes and the quarterly review")

    assert "No version of the policy was approved or took effect in 2026Q3." in text
