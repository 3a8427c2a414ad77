from dataclasses import replace
from typing import Any

import pytest

from changes.intake.attribution import attribute
from changes.intake.commits import History, Problem, ProblemKind, Signature
from changes.intake.notices import add_notices
from tests.changes.intake.histories import history_of, sha_of


def _noticed(history: History, name: str, **values: Any) -> list[Problem]:
    history.commits[sha_of(name)] = replace(history.commits[sha_of(name)], **values)
    add_notices(history, attribute(history))
    return history.problems


MERGED = [("a", "", "one (#4)"), ("x", "a"), ("m", "a x", "Merge pull request #5 from ada/topic")]


@pytest.mark.parametrize(
    ("name", "claimed", "sentence"),
    [
        ("a", 4, None),
        ("a", 5, "says pr_number: 5, and the history shows pull request 4:"),
        ("a", None, "says pr_number: no pull request, and the history shows pull request 4:"),
        ("a", "4", "says pr_number: 4, and the history shows pull request 4:"),
        ("x", None, None),
        ("x", 5, None),
        ("x", 6, "says pr_number: 6, and the history shows pull request 5:"),
        ("x", True, "says pr_number: True, and the history shows pull request 5:"),
    ],
    ids=[
        "the same",
        "another",
        "none where the subject names one",
        "text",
        "of the subject alone",
        "of the merge",
        "of neither",
        "true is no number",
    ],
)
def test_claimed_number_is_checked_and_never_used(
    name: str, claimed: object, sentence: str | None
) -> None:
    problems = _noticed(history_of(MERGED), name, makes_claim=True, claimed_number=claimed)
    if sentence is None:
        assert problems == []
    else:
        [problem] = problems
        assert problem.kind is ProblemKind.NOTICE
        assert sentence in problem.sentence


def test_true_is_not_pull_request_one() -> None:
    assert _noticed(history_of([("a", "", "(#1)")]), "a", makes_claim=True, claimed_number=True)


def test_long_name_is_told_once_and_in_full() -> None:
    long = "x" * 201
    history = history_of([("a",), ("b", "a")])
    who = Signature(long)
    history.commits[sha_of("b")] = replace(history.commits[sha_of("b")], committer=who)
    assert _noticed(history, "a", author=who, co_authors=(Signature("Bob", "y" * 255),)) == [
        Problem(1, ProblemKind.NOTICE, f"A name of 201 characters is cut to 200; in full: {long}"),
        Problem(
            1, ProblemKind.NOTICE, f"A name of 255 characters is cut to 254; in full: {'y' * 255}"
        ),
    ]
