import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from changes.intake.commits import History, Problem, ProblemKind, Signature, Unusable
from changes.intake.history import LINE_MAXIMUM, read_history
from tests.factories.times import NOW

SAMPLES = Path(__file__).parents[2] / "samples" / "histories"
GOOD = {
    "sha": "a" * 40,
    "parents": ["b" * 40],
    "author": "dev-01",
    "committed_at": "2025-07-01T13:36:54+02:00",
    "subject": "feat: pivot table (#7546)",
}
NEEDED = "a line needs sha, parents, author, subject and committed_at or authored_at."

WRONG = {
    "truncated-line": "It is not JSON (",
    "not-an-object": "It is JSON, but not an object in braces.",
    "lacks-author": f"It lacks author: {NEEDED}",
    "lacks-both-times": f"It lacks committed_at or authored_at: {NEEDED}",
    "lacks-sha-and-parents": f"It lacks sha, parents: {NEEDED}",
    "author-is-a-number": "Its 'author' is a number, not text.",
    "author-is-blank": "Its 'author' is blank.",
    "subject-is-null": "Its 'subject' is null, not text.",
    "sha-is-short": "Its 'sha' is not a commit id of 40 or 64 hexadecimal digits.",
    "parents-are-text": "Its 'parents' is not a list of commit ids.",
    "parent-is-no-sha": "Its 'parents' is not a commit id of 40 or 64 hexadecimal digits.",
    "parent-is-itself": "It names itself as its parent.",
    "time-without-zone": "Its 'committed_at' has no time zone: expected Z or an offset",
    "time-is-a-number": "Its 'committed_at' is a number, not text.",
    "thirtieth-of-february": "Its 'committed_at' is not a time: expected ISO 8601, such as",
    "before-1970": "Its 'authored_at' is before 1970.",
    "in-the-future": "Its 'committed_at' is in the future.",
    "beyond-the-calendar": "Its 'committed_at' is not a time: expected ISO 8601, such as",
    "nul-in-subject": "Its 'subject' holds a NUL character.",
    "half-a-character-in-author": "Its 'author' holds half a character (a lone surrogate).",
    "key-given-twice": "The key 'sha' is given twice.",
    "not-a-number": "NaN is not a number of JSON.",
    "number-of-5000-digits": "A whole number is beyond 2^53 - 1, where numbers stop to be exact.",
    "lines-are-negative": "Its 'lines_added' is not a number from 0 to",
    "lines-do-not-fit": "Its 'lines_added' is not a number from 0 to",
    "latin-1": "It is not UTF-8 (byte ",
}
NOTHING = {
    "empty": "empty.jsonl is empty: expected one JSON object a line, a commit each.",
    "blank-lines": "blank-lines.jsonl is empty: expected one JSON object a line, a commit each.",
    "utf-16": "No line of utf-16.jsonl can be read as a commit; line 1 says why: It is not UTF-8",
    "no-line-is-a-commit": "No line of no-line-is-a-commit.jsonl can be read as a commit; line 1",
}


def _read(data: bytes, now: datetime = NOW) -> History:
    return read_history(io.BytesIO(data), source="history.jsonl", now=now)


def _line(**values: Any) -> bytes:
    fields = {**GOOD, **values}
    return json.dumps({key: value for key, value in fields.items() if value is not ...}).encode()


def _sample(stem: str) -> History:
    with (SAMPLES / f"{stem}.jsonl").open("rb") as stream:
        return read_history(stream, source=f"{stem}.jsonl", now=NOW)


def test_every_sample_is_tried() -> None:
    stems = {path.stem for path in SAMPLES.glob("*.jsonl")}
    assert stems == {*WRONG, *NOTHING, "langfuse-2025q3"}


@pytest.mark.parametrize("stem", WRONG)
def test_wrong_line_is_named_and_the_others_are_read(stem: str) -> None:
    history = _sample(stem)
    assert [commit.line for commit in history.commits.values()] == [1, 3]
    [problem] = history.problems
    assert (problem.line, problem.kind) == (2, ProblemKind.UNREADABLE)
    assert problem.sentence.startswith(WRONG[stem])
    assert history.unreadable == 1


@pytest.mark.parametrize("stem", NOTHING)
def test_file_without_a_commit_is_refused(stem: str) -> None:
    with pytest.raises(Unusable) as error:
        _sample(stem)
    assert str(error.value).startswith(NOTHING[stem])


def test_nesting_without_end_is_one_unreadable_line() -> None:
    history = _read(b"[" * 100_000 + b"\n" + _line())
    assert history.problems == [
        Problem(1, ProblemKind.UNREADABLE, "The JSON is nested too deeply.")
    ]
    assert len(history.commits) == 1


def test_line_without_end_is_not_kept_in_memory() -> None:
    endless = b'"' + b"x" * (2 * LINE_MAXIMUM)
    history = _read(endless + b"\n" + _line())
    assert history.problems[0].sentence == f"It is longer than {LINE_MAXIMUM} bytes."
    assert [commit.line for commit in history.commits.values()] == [2]
    assert history.sha256 == hashlib.sha256(endless + b"\n" + _line()).hexdigest()


def test_line_of_the_needed_keys_alone_is_a_commit() -> None:
    commit = _read(_line()).commits["a" * 40]
    at = datetime(2025, 7, 1, 11, 36, 54, tzinfo=UTC)
    assert (commit.committed_at, commit.authored_at) == (at, at)
    assert (commit.author, commit.committer) == (Signature("dev-01"), None)
    assert (commit.files_changed, commit.lines_added, commit.makes_claim) == (None, None, False)


def test_one_of_the_two_times_is_enough() -> None:
    commit = _read(_line(committed_at=..., authored_at="2025-07-01T00:00:00Z")).commits["a" * 40]
    assert commit.committed_at == commit.authored_at == datetime(2025, 7, 1, tzinfo=UTC)


def test_all_that_a_line_may_say_is_read() -> None:
    line = _line(
        committer="github-web-flow",
        authored_at="2025-06-30T23:00:00Z",
        files_changed=2,
        lines_added=0,
        lines_removed=None,
        pr_number=None,
    )
    commit = _read(line).commits["a" * 40]
    assert commit.committer == Signature("github-web-flow")
    assert commit.authored_at == datetime(2025, 6, 30, 23, tzinfo=UTC)
    assert (commit.files_changed, commit.lines_added, commit.lines_removed) == (2, 0, None)
    assert (commit.makes_claim, commit.claimed_number) == (True, None)


@pytest.mark.parametrize("sha", ["A" * 40, "0" * 64], ids=["capitals", "SHA-256"])
def test_commit_ids_may_be_long_and_in_capitals(sha: str) -> None:
    assert list(_read(_line(sha=sha)).commits) == [sha.lower()]


def test_any_script_and_any_length_is_kept_whole() -> None:
    subject = "改善 📈 " + "x" * 10_000
    commit = _read(_line(subject=subject, author="Ἀριστοτέλης")).commits["a" * 40]
    assert (commit.subject, commit.author.name) == (subject, "Ἀριστοτέλης")


def test_byte_order_mark_and_windows_line_ends_are_no_problem() -> None:
    history = _read(b"\xef\xbb\xbf" + _line() + b"\r\n" + _line(sha="c" * 40) + b"\r\n")
    assert (len(history.commits), history.problems) == (2, [])


@pytest.mark.parametrize(
    ("ahead", "readable"),
    [(timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)],
    ids=["5:00 ahead is read", "5:01 ahead is the future"],
)
def test_clocks_may_differ_a_little(ahead: timedelta, readable: bool) -> None:
    history = _read(_line(sha="c" * 40) + b"\n" + _line(committed_at=(NOW + ahead).isoformat()))
    assert ("a" * 40 in history.commits) is readable


def test_commit_that_stands_twice_counts_once() -> None:
    history = _read(_line() + b"\n" + _line())
    assert (len(history.commits), len(history.links)) == (1, 1)
    assert (history.repeated, history.problems) == ({"a" * 40}, [])


def test_commit_that_stands_twice_and_differs_is_noticed() -> None:
    history = _read(_line() + b"\n" + _line(subject="another"))
    assert history.commits["a" * 40].subject == GOOD["subject"]
    [problem] = history.problems
    assert (problem.line, problem.kind) == (2, ProblemKind.NOTICE)
    assert problem.sentence.endswith("with another subject or other parents: line 1 counts.")


def test_unreadable_line_still_joins_its_neighbours() -> None:
    """Of a line with a wrong date one knows which commit it is; of broken JSON one does not."""
    history = _read(_line(committed_at="soon") + b"\n{\n" + _line(sha="c" * 40))
    assert [link.sha for link in history.links] == ["a" * 40, "c" * 40]
    assert history.breaks == [2]
