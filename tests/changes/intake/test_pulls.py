from dataclasses import replace
from datetime import timedelta
from typing import Any

from changes.intake.attribution import attribute
from changes.intake.commits import History
from changes.intake.pulls import HistoryPull, pulls_of
from tests.changes.intake.histories import ADA, BOB, FIRST, history_of, sha_of


def _pulls(history: History) -> dict[int, HistoryPull]:
    return pulls_of(history, attribute(history))


def _set(history: History, name: str, **values: Any) -> None:
    old = history.commits[sha_of(name)]
    new = replace(old, **values)
    history.links[history.links.index(old)] = history.commits[old.sha] = new


MERGED = [
    ("a",),
    ("x", "a"),
    ("u", "x a", "Merge branch 'main' into topic"),
    ("m", "a u", "Merge pull request #5 from ada/topic"),
]


def test_squashed_pull_request_is_its_commit() -> None:
    assert _pulls(history_of([("a", "", "feat: pivot (#7)"), ("b", "a", "push")])) == {
        7: HistoryPull(7, "feat: pivot", ADA, sha_of("a"), FIRST + timedelta(minutes=1))
    }


def test_merged_pull_request_came_with_its_merge_and_has_the_author_of_its_work() -> None:
    history = history_of(MERGED)
    _set(history, "x", author=BOB)
    assert _pulls(history) == {
        5: HistoryPull(
            5,
            "Merge pull request #5 from ada/topic",
            BOB,
            sha_of("m"),
            FIRST + timedelta(minutes=4),
        )
    }


def test_pull_request_of_merges_alone_has_the_author_of_the_first() -> None:
    history = history_of([("a",), ("b",), ("m", "a b", "Merge pull request #5 from t")])
    _set(history, "m", author=BOB)
    assert _pulls(history)[5].author == ADA
    history.commits.pop(sha_of("b"))
    assert _pulls(history)[5].author == BOB


def test_pull_request_named_twice_came_with_the_earlier_commit() -> None:
    history = history_of([("a", "", "part one (#7)"), ("b", "a", "part two (#7)")])
    assert (_pulls(history)[7].title, _pulls(history)[7].entry) == ("part one", sha_of("a"))
    _set(history, "b", committed_at=FIRST)
    assert (_pulls(history)[7].title, _pulls(history)[7].brought_at) == ("part two", FIRST)


def test_number_on_a_side_commit_came_with_the_merge() -> None:
    history = history_of([("a",), ("x", "a", "fix (#4)"), ("m", "a x", "Merge branch 'x'")])
    assert _pulls(history)[4] == HistoryPull(
        4, "fix", ADA, sha_of("m"), history.commits[sha_of("m")].committed_at
    )


def test_pull_request_whose_merge_is_unreadable_came_with_its_first_commit() -> None:
    history = history_of(MERGED)
    history.commits.pop(sha_of("m"))
    pull = _pulls(history)[5]
    assert pull.title == "Merge pull request #5 from ada/topic"
    assert (pull.entry, pull.brought_at) == (sha_of("x"), FIRST + timedelta(minutes=2))


def test_pull_request_outside_the_range_is_left_out() -> None:
    history = history_of([("a", "", "one (#1)"), ("b", "a", "two (#2)")])
    history.commits.pop(sha_of("a"))
    assert list(_pulls(history)) == [2]
