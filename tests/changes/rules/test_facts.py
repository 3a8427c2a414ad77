import pytest

from changes.rules.facts import CommitFacts
from tests.factories.facts import (
    AUTHOR,
    HEAD,
    LEAD,
    ON_CALL,
    OTHER,
    PEER,
    STRANGER,
    change_facts,
    commit,
    deployment,
    shift,
)
from tests.factories.times import DRAFTED, NOW

THIRD = "c" * 40


def test_authors_are_the_requester_and_everybody_who_wrote_a_commit() -> None:
    facts = change_facts(
        requester=AUTHOR,
        pull_request_authors=(LEAD,),
        commits=(commit(author=PEER, co_authors=(ON_CALL,)), commit(sha=OTHER, author=STRANGER)),
    )

    assert set(facts.authors) == {1, 2, 3, 4, 5}


def test_authors_are_known_without_a_requester() -> None:
    facts = change_facts(requester=None, pull_request_authors=(), commits=(commit(author=None),))

    assert facts.authors == {}


def test_tested_revision_is_the_first_deployed_one() -> None:
    later = deployment(revision=THIRD, started_at=NOW)

    facts = change_facts(head_revision=OTHER, deployments=(later, deployment(revision=HEAD)))

    assert facts.tested_revision == HEAD


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        pytest.param((commit(patch_id="p1"),), "p1", id="one commit"),
        pytest.param((commit(patch_id=""),), "", id="an unknown diff"),
        pytest.param((), "", id="no commit"),
        pytest.param((commit(sha=OTHER),), "", id="another revision's commit"),
        pytest.param((commit(), commit(sha=OTHER)), "p1", id="the same diff before a rebase"),
        pytest.param(
            (commit(), commit(sha=OTHER, patch_id="p2")), "", id="a second diff, parents unknown"
        ),
        pytest.param(
            (commit(parents=("base",)), commit(sha=OTHER, patch_id="p2")),
            "p1",
            id="another diff that is no ancestor",
        ),
        pytest.param(
            (commit(parents=(OTHER,)), commit(sha=OTHER, patch_id="", parents=("base",))),
            "",
            id="an unknown diff among the ancestors",
        ),
    ],
)
def test_patch_id_of_a_revision(commits: tuple[CommitFacts, ...], expected: str) -> None:
    assert change_facts(commits=commits).patch_id_of(HEAD) == expected


def test_patch_id_covers_every_commit_of_the_line() -> None:
    last = commit(parents=(OTHER,), patch_id="p2")
    first = commit(sha=OTHER, parents=("base",), patch_id="p1")
    smuggled = commit(sha=OTHER, parents=("base",), patch_id="p3")

    approved = change_facts(commits=(first, last)).patch_id_of(HEAD)
    altered = change_facts(commits=(smuggled, last)).patch_id_of(HEAD)

    assert "" != approved != altered != ""


def test_patch_id_of_a_line_survives_a_rebase() -> None:
    line = (
        commit(sha="1", parents=("base",), patch_id="p1"),
        commit(sha="2", parents=("1",), patch_id="p2"),
        commit(sha="3", parents=("later base",), patch_id="p1"),
        commit(sha="4", parents=("3",), patch_id="p2"),
    )
    facts = change_facts(commits=line)

    assert facts.patch_id_of("2") == facts.patch_id_of("4") != ""


def test_patch_id_ends_where_commits_name_each_other() -> None:
    line = (commit(parents=(OTHER,)), commit(sha=OTHER, parents=(HEAD,)))

    assert len(change_facts(commits=line).patch_id_of(HEAD)) == 64


def test_on_call_from_the_start_of_a_shift_until_just_before_its_end() -> None:
    facts = change_facts(shifts=(shift(ON_CALL, starts_at=DRAFTED, ends_at=NOW),))

    assert (facts.on_call_at(DRAFTED), facts.on_call_at(NOW)) == ({ON_CALL.id}, set())
