"""The command as it is called: status, standard output, sentences."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from changes import clock
from tests.factories.source import CommitFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
LANGFUSE = Path(__file__).parents[2] / "samples" / "histories" / "langfuse-2025q3.jsonl"


def run(*arguments: str) -> tuple[int, str]:
    stdout, status = io.StringIO(), 0
    try:
        call_command("reconcile", *arguments, stdout=stdout)
    except SystemExit as end:
        status = int(str(end.code))
    return status, stdout.getvalue()


def as_json(quarter: str) -> tuple[int, dict[str, Any]]:
    status, text = run(quarter, "--format", "json")
    assert text.count("\n") == 1
    return status, json.loads(text)


def counts(total: int, matched: int, late: int, unmatched: int) -> dict[str, int]:
    return {
        "total": total,
        "matched": matched,
        "matched_late": late,
        "unmatched": unmatched,
    }


def test_shared_quarter_reconciles_to_its_numbers() -> None:
    call_command("import_history", LANGFUSE, "--repository", "langfuse", stderr=io.StringIO())

    status, found = as_json("2025Q3")

    assert status == 1
    assert found["commits"] == counts(707, 0, 636, 71)
    assert found["deployments"] == counts(0, 0, 0, 0)
    assert found["changes"] == counts(636, 0, 636, 0)
    items = found["unmatched_items"]
    assert len({item["id"] for item in items}) == 71
    assert all(len(item["id"]) == 40 and item["reason"] for item in items)
    assert found["silent_sources"][0] == {
        "repository": "langfuse",
        "what": "deployments",
        "first_day": None,
        "last_day": None,
        "days": 0,
        "sentence": "langfuse: no source reports deployments to production.",
    }


def test_matched_quarter_is_whole() -> None:
    make_story().pass_gates().approve().deploy()

    status, found = as_json("2026Q3")

    assert (status, found["unmatched_items"]) == (0, [])
    assert found["deployments"] == found["changes"] == counts(1, 1, 0, 0)


def test_empty_quarter_is_whole() -> None:
    status, found = as_json("2026Q2")

    assert status == 0
    assert list(found) == [
        "quarter",
        "time_zone",
        "commits",
        "deployments",
        "changes",
        "unmatched_items",
        "silent_sources",
    ]


def test_text_says_the_same_in_words() -> None:
    commit = CommitFactory.create(repository__name="orca/web")

    status, text = run("2026Q3")

    assert status == 1
    assert "commits      total 1   matched 0   matched late 0   unmatched 1\n" in text
    assert f"unmatched commit {commit.sha}: On the production branch without a pull" in text
    assert "silent orca/web: no news from 2026-07-01 to 2026-07-13 (13 days).\n" in text


@pytest.mark.parametrize(
    ("quarter", "sentence"),
    [
        ("2026Q5", "'2026Q5' is not a quarter: expected"),
        ("Q3", "'Q3' is not a quarter: expected"),
        ("", "'' is not a quarter: expected"),
        ("2026Q4", "2026Q4 has not begun yet"),
    ],
)
def test_quarter_that_cannot_be_read_is_refused(quarter: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        run(quarter)

    assert refusal.value.returncode == 2


def test_quarter_may_be_reconciled_when_it_is_over() -> None:
    make_story()
    with clock.simulated(NOW.replace(month=10)):
        assert as_json("2026Q3")[1]["changes"]["total"] == 1
