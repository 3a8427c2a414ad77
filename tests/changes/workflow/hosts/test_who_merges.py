"""Who has the host merge a pull request is no author of it; who merges by hand is."""

from typing import Any

import pytest

from changes.models import ChangeRequest, Commit
from changes.queries.facts import facts_of
from tests.changes.workflow.hosts import session
from tests.changes.workflow.hosts.telling import Told, tell
from tests.changes.workflow.hosts.test_order_elsewhere import (
    MERGE,
    life_at_gitlab,
    pushed,
)

pytestmark = pytest.mark.django_db


def at_github(count: int = 13) -> list[Told]:
    return [("github", event) for event in session.life_of_a_change()[:count]]


def at_gitlab(ending: str) -> list[Told]:
    """Hedda merges; the message of the merge is GitLab's own with that ending."""
    life = life_at_gitlab()[:9]
    source, (kind, told) = pushed("main", MERGE)
    (merge,) = told["commits"]
    merge["message"] = f"Merge branch 'round' into 'main'\n\nRound invoices\n\n{ending}"
    merge["author"] = {"name": "Hedda", "email": "hedda@users.noreply.gitlab.com"}
    return [*life[:8], (source, (kind, told))]


def names(change: ChangeRequest) -> set[str]:
    facts = facts_of(change)
    return {person.name for person in facts.authors.values() if person != facts.requester}


def test_merger_at_github_is_no_author(change: ChangeRequest) -> None:
    tell(at_github())

    facts = facts_of(change)

    assert str(Commit.objects.get(sha=session.MERGE).author) == "hedda"
    assert names(change) == {"amara"}
    assert {person.name for person in facts.mergers} == {"hedda"}


def test_merge_has_an_author_until_the_host_says_who_merged(change: ChangeRequest) -> None:
    life = at_github()
    tell([*life[:11], life[12]])
    before = names(change)

    tell(life[11:12])

    assert (before, names(change)) == ({"amara", "hedda"}, {"amara"})


def test_merge_by_another_than_its_author_has_an_author(change: ChangeRequest) -> None:
    life = at_github()
    merged: Any = life[11][1][1]
    merged["pull_request"]["merged_by"] = session.user("priya")

    tell(life)

    assert names(change) == {"amara", "hedda"}


def test_last_commit_of_a_rebase_has_an_author(change: ChangeRequest) -> None:
    life = at_github()
    push: Any = life[12][1][1]
    push["commits"][-1]["message"] = "Sort them by title"

    tell(life)

    assert names(change) == {"amara", "hedda"}


@pytest.mark.parametrize(
    ("ending", "is_merge"),
    [("See merge request orca/billing!4", True), ("Signed-off-by: Hedda", False)],
)
def test_merge_of_gitlab_is_known_by_its_message(
    ending: str, is_merge: bool, change: ChangeRequest
) -> None:
    tell(at_gitlab(ending))

    assert Commit.objects.get(sha=MERGE).is_merge is is_merge
