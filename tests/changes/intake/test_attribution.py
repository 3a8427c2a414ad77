import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.intake.attribution import attribute, is_revert, named_number, title_of
from changes.intake.history import read_history
from changes.vocabulary import Attribution
from tests.changes.intake.histories import (
    belonging_of,
    history_of,
    numbers_of,
    sha_of,
    with_broken_line,
)
from tests.factories.times import NOW

HISTORIES = Path(__file__).parents[2] / "samples" / "histories"

SUBJECTS = [
    ("feat: pivot table (#7546)", 7546, Attribution.SUBJECT),
    ("(#1)", 1, Attribution.SUBJECT),
    ("fix (#12) again (#13)", 13, Attribution.SUBJECT),
    ('Revert "feat (#12)" (#13)', 13, Attribution.SUBJECT),
    ('Revert "feat (#12)"', None, Attribution.NONE),
    ("feat (#12)  ", 12, Attribution.SUBJECT),
    ("feat (#12).", None, Attribution.NONE),
    ("feat #12", None, Attribution.NONE),
    ("feat (# 12)", None, Attribution.NONE),
    ("feat (#0)", None, Attribution.NONE),
    ("feat (#0012)", 12, Attribution.SUBJECT),
    ("feat (#١٢)", None, Attribution.NONE),
    ("feat (#999999999999999)", 999999999999999, Attribution.SUBJECT),
    ("feat (#1000000000000000)", None, Attribution.NONE),
    ("Merge pull request #5 from ada/topic", 5, Attribution.MERGE_SUBJECT),
    ("Merge pull request #5", 5, Attribution.MERGE_SUBJECT),
    ("Merge pull request #5 from ada/topic (#6)", 6, Attribution.SUBJECT),
    ("Merge pull request #5 from ada/topic (#0)", 5, Attribution.MERGE_SUBJECT),
    ("Merge pull request #1000000000000000 from ada/topic", None, Attribution.NONE),
    ("A merge: Merge pull request #5", None, Attribution.NONE),
    ("Merge branch 'main' into topic", None, Attribution.NONE),
    ("", None, Attribution.NONE),
]


@pytest.mark.parametrize(("subject", "number", "how"), SUBJECTS, ids=[row[0] for row in SUBJECTS])
def test_subject_names_its_pull_request(subject: str, number: int | None, how: Attribution) -> None:
    assert named_number(subject) == (number, how)


def test_very_long_subject_is_read_to_its_end() -> None:
    assert named_number("(#1) " * 100_000 + "(#2)") == (2, Attribution.SUBJECT)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("feat: pivot table (#7)", "feat: pivot table"),
        ("fix (#6) again (#7)", "fix (#6) again"),
        ("(#7)", "Pull request #7"),
        ("Merge pull request #7 from ada/topic", "Merge pull request #7 from ada/topic"),
    ],
)
def test_title_leaves_the_number_out(subject: str, title: str) -> None:
    assert title_of(subject, 7) == title


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ('Revert "feat (#12)" (#13)', True),
        ("chore: revert turbo cache (#8938)", True),
        ("revert(web): the new menu", True),
        ("fix(web)!: revert the new menu", True),
        ("Reverting is hard", False),
        ("Revert handling in the parser", False),
        ('docs: how to read Revert "x"', False),
    ],
)
def test_reverts_are_recognised(subject: str, answer: bool) -> None:
    assert is_revert(subject) is answer


def test_squash_and_direct_push() -> None:
    history = history_of([("a", "", "feat (#1)"), ("b", "a", "chore: release")])
    assert numbers_of(history) == [1, None]
    assert belonging_of(history, "b").how is Attribution.NONE
    assert belonging_of(history, "b").entry == sha_of("b")


def test_merge_gives_its_number_to_what_it_brought_in() -> None:
    history = history_of(
        [
            ("a", "", "begin"),
            ("x", "a", "work"),
            ("b", "a", "push"),
            ("y", "x", "more work"),
            ("m", "b y", "Merge pull request #5 from ada/topic"),
        ]
    )
    assert numbers_of(history) == [None, 5, None, 5, 5]
    found = belonging_of(history, "x")
    assert (found.how, found.merge) == (Attribution.MERGE_COMMIT, sha_of("m"))
    assert found.entry == sha_of("m")
    assert belonging_of(history, "m").how is Attribution.MERGE_SUBJECT
    assert belonging_of(history, "m").merge == ""


def test_side_commit_with_a_number_of_its_own_keeps_it() -> None:
    history = history_of(
        [("a",), ("x", "a", "part one (#4)"), ("m", "a x", "Merge pull request #5 from ada/t")]
    )
    assert numbers_of(history) == [None, 4, 5]
    assert belonging_of(history, "x").merge == sha_of("m")


def test_merge_without_a_number_leaves_its_commits_unlinked() -> None:
    history = history_of([("a",), ("x", "a"), ("m", "a x", "Merge branch 'main' of host")])
    assert numbers_of(history) == [None, None, None]
    assert belonging_of(history, "x").merge == sha_of("m")


def test_nested_merge_that_names_a_number_comes_first() -> None:
    history = history_of(
        [
            ("a",),
            ("x", "a"),
            ("y", "x"),
            ("n", "x y", "Merge pull request #6 from bob/part"),
            ("z", "n"),
            ("m", "a z", "Merge pull request #5 from ada/topic"),
        ]
    )
    assert numbers_of(history) == [None, 5, 6, 6, 5, 5]


def test_main_merged_into_a_branch_is_not_brought_in_by_the_branch() -> None:
    history = history_of(
        [
            ("a",),
            ("x", "a"),
            ("b", "a", "push to main"),
            ("u", "x b", "Merge branch 'main' into topic"),
            ("m", "b u", "Merge pull request #5 from ada/topic"),
        ]
    )
    assert numbers_of(history) == [None, 5, None, 5, 5]


def test_octopus_brings_in_all_its_arms() -> None:
    history = history_of([("a",), ("x", "a"), ("y", "a"), ("m", "a x y", "Three at once (#5)")])
    assert numbers_of(history) == [None, 5, 5, 5]


def test_parents_outside_the_history_end_it() -> None:
    history = history_of([("x", "before"), ("m", "earlier x", "Merge pull request #5 from t")])
    assert numbers_of(history) == [5, 5]


def test_branch_goes_on_below_a_commit_that_is_missing() -> None:
    """`c`, on which `d` stands, is not in the history: `b` is what it stood on."""
    history = history_of(
        [
            ("a", "before", "push"),
            ("x", "a", "work"),
            ("b", "a", "push"),
            ("d", "c", "push"),
            ("m", "d x", "Merge pull request #5 from ada/topic"),
        ]
    )
    assert numbers_of(history) == [None, 5, None, None, 5]


def test_older_commits_are_not_given_to_a_merge_across_a_torn_branch() -> None:
    """Line 4 was unreadable: whether `b` or `x` was on the branch cannot be known."""
    history = history_of(
        [
            ("a", "before", "push (#1)"),
            ("b", "a", "push"),
            ("x", "b", "work"),
            ("d", "lost", "push"),
            ("y", "x", "more work"),
            ("m", "d y", "Merge pull request #5 from ada/topic"),
        ]
    )
    history = with_broken_line(history, 4)
    assert numbers_of(history) == [1, None, None, None, 5, 5]
    assert belonging_of(history, "a").entry == sha_of("a")


def test_walk_off_the_branch_does_not_look_across_an_unreadable_line() -> None:
    rows = [
        ("a",),
        ("x", "a", "on develop"),
        ("y", "x", "topic"),
        ("s", "lost y", "Merge pull request #5 from ada/topic"),
        ("m", "a s", "Merge branch 'develop'"),
    ]
    whole, broken = history_of(rows), with_broken_line(history_of(rows), 4)
    assert numbers_of(whole) == [None, 5, 5, 5, None]
    assert numbers_of(broken) == [None, None, None, 5, None]


def test_shared_quarter_is_attributed_as_it_was_counted_elsewhere() -> None:
    with (HISTORIES / "langfuse-2025q3.jsonl").open("rb") as stream:
        found = attribute(read_history(stream, source="langfuse", now=NOW))
    expected = json.loads((HISTORIES / "langfuse-2025q3.attribution.json").read_text())
    words = {Attribution.SUBJECT: "subject", Attribution.NONE: "none"}
    assert {
        sha: (belonging.number, words[belonging.how], belonging.merge or None)
        for sha, belonging in found.items()
    } == {sha: (row["pr"], row["how"], row["merge"]) for sha, row in expected.items()}


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[list[int], str]]:
    """Commits as parents (indices of older ones, or -1 for one outside) and subject."""
    size = draw(st.integers(1, 14))
    is_slice = draw(st.booleans())
    rows = []
    for index in range(size):
        recent = st.integers(max(0, index - 4), max(0, index - 1))
        older = st.one_of(recent, st.integers(0, max(0, index - 1)))
        parents = draw(st.lists(older, max_size=3, unique=True)) if index else []
        if is_slice and draw(st.integers(0, 4)) == 0:
            parents.insert(draw(st.integers(0, len(parents))), -1)
        subject = draw(st.sampled_from(["", "", "work (#{})", "Merge pull request #{} from t"]))
        rows.append((parents, subject.format(index + 1)))
    if is_slice:  # a slice of a branch: everything in it is reached from the last commit
        used = {parent for parents, _ in rows for parent in parents}
        tips = [index for index in range(size - 1) if index not in used]
        rows[-1] = ([*rows[-1][0], *tips], rows[-1][1])
    return rows


@given(graphs())
def test_attribution_agrees_with_the_definition(rows: list[tuple[list[int], str]]) -> None:
    history = history_of(
        (str(index), " ".join(str(parent) for parent in parents), subject)
        for index, (parents, subject) in enumerate(rows)
    )
    assert numbers_of(history) == _by_definition(rows)


def _by_definition(rows: Sequence[tuple[list[int], str]]) -> list[int | None]:
    reached: list[set[int]] = []
    for index, (parents, _) in enumerate(rows):
        reached.append({index}.union(*(reached[parent] for parent in parents if parent >= 0)))
    chain, current = set(), len(rows) - 1
    while current >= 0:
        chain.add(current)
        current = (rows[current][0] or [-1])[0]
    numbers = [named_number(subject)[0] for _, subject in rows]
    answer = list(numbers)
    for index in range(len(rows)):
        if numbers[index] is None and index not in chain:
            for merge, (parents, _) in enumerate(rows):
                first, *others = [reached[p] if p >= 0 else set() for p in parents] or [set()]
                if numbers[merge] and index in set().union(*others) - first:
                    answer[index] = numbers[merge]
                    break
    return answer


def test_history_of_many_merges_takes_linear_time() -> None:
    """Each topic begins at the root: a walk from each merge would be half a billion steps."""
    rows: list[tuple[str, ...]] = [("r",)]
    before = "r"
    for number in range(1, 20_001):
        rows += [(f"x{number}", "r"), (f"m{number}", f"{before} x{number}", f"Topic (#{number})")]
        before = f"m{number}"
    assert sum(number is None for number in numbers_of(history_of(rows))) == 1


def test_deep_history_needs_no_recursion() -> None:
    rows = [(str(n), str(n - 1) if n else "") for n in range(50_000)]
    assert set(numbers_of(history_of(reversed(rows)))) == {None}
