"""Imports as real processes: ended in the middle, two at once, and what a person sees."""

import json
import random
import signal
import time
from pathlib import Path

import pytest

from tests.changes.commands.processes import Portal

SAMPLES = Path(__file__).parents[2] / "samples" / "histories"
LANGFUSE = SAMPLES / "langfuse-2025q3.jsonl"
COMMITS = 3000
RECORD = {
    "changes": "SELECT number, title, counted_at, drafted_at FROM changes_changerequest ORDER BY 1",
    "pulls": "SELECT p.number, c.number, p.title, p.merge_revision FROM changes_pullrequest p"
    " JOIN changes_changerequest c ON c.id = p.change_id ORDER BY 1",
    "commits": "SELECT sha, subject, attribution, p.number, l.name FROM changes_commit c"
    " LEFT JOIN changes_pullrequest p ON p.id = c.pull_request_id"
    " JOIN changes_login l ON l.person_id = c.author_id ORDER BY 1",
    "people": "SELECT name, kind FROM changes_person ORDER BY 1",
    "last number": "SELECT last_change_number FROM changes_organisation",
    "events": "SELECT type, change_number, occurred_at, count(*) FROM evidence_event"
    " WHERE type NOT LIKE 'history.%' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
}
TWICE_TOLD = "SELECT record FROM evidence_event WHERE record NOT LIKE 'historyimport:%'"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Migrated once; each test takes a copy."""
    portal = Portal(tmp_path_factory.mktemp("empty"))
    portal.migrate()
    return portal


@pytest.fixture
def portal(empty: Portal, tmp_path: Path) -> Portal:
    return empty.copy(tmp_path / "portal")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three thousand commits, ten to a pull request."""
    file = tmp_path_factory.mktemp("history") / "long.jsonl"
    lines = [
        json.dumps(
            {
                "sha": f"{n:040x}",
                "parents": [f"{n - 1:040x}"],
                "author": f"dev-{n % 30}",
                "committed_at": f"2025-07-{1 + n % 28:02}T10:00:00Z",
                "subject": f"chore: number {n}" + (f" (#{n // 10})" if n % 7 else ""),
            }
        )
        for n in range(10, COMMITS + 10)
    ]
    file.write_text("\n".join(lines))
    return file


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, empty: Portal, history: Path) -> Portal:
    portal = empty.copy(tmp_path_factory.mktemp("clean"))
    done = portal.manage("import_history", str(history), "--repository", "long")
    assert (done.returncode, json.loads(done.stdout)["commits"]) == (0, COMMITS)
    return portal


def assert_same_record(portal: Portal, clean: Portal) -> None:
    for name, query in RECORD.items():
        assert portal.rows(query) == clean.rows(query), name
    records = portal.rows(TWICE_TOLD)
    assert len(records) == len(set(records))
    assert portal.rows("PRAGMA foreign_key_check") == []


def kill_after(portal: Portal, history: Path, seconds: float) -> int:
    """Kill an import some time after its first batch; how many commits it had recorded."""
    with portal.start("import_history", str(history), "--repository", "long") as process:
        while portal.count("changes_commit") == 0 and process.poll() is None:
            time.sleep(0.01)
        time.sleep(seconds)
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    return portal.count("changes_commit")


def test_import_that_is_killed_goes_on_to_the_same_record(
    portal: Portal, history: Path, clean: Portal
) -> None:
    there = kill_after(portal, history, 0)
    assert 0 < there < COMMITS
    assert there % 500 == 0
    done = portal.manage("import_history", str(history), "--repository", "long")
    assert (done.returncode, json.loads(done.stdout)["repeated"]) == (0, there)
    assert_same_record(portal, clean)
    states = "SELECT state FROM changes_historyimport ORDER BY id"
    assert portal.rows(states) == [("running",), ("finished",)]


@pytest.mark.long
def test_import_that_is_killed_again_and_again_goes_on_to_the_same_record(
    tmp_path: Path, empty: Portal, history: Path, clean: Portal
) -> None:
    for attempt in range(10):
        portal = empty.copy(tmp_path / str(attempt))
        kill_after(portal, history, random.Random(attempt).uniform(0, 0.7))
        assert portal.manage("import_history", str(history), "--repository", "long").returncode == 0
        assert_same_record(portal, clean)


def test_two_imports_at_once_share_the_work(portal: Portal, history: Path, clean: Portal) -> None:
    arguments = ["import_history", str(history), "--repository", "long"]
    with portal.start(*arguments) as one, portal.start(*arguments) as other:
        results = [json.loads(process.communicate(timeout=120)[0]) for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0)
    assert sum(result["repeated"] for result in results) == COMMITS
    assert [result | {"repeated": 0} for result in results] == [
        {
            "commits": COMMITS,
            "pull_requests": COMMITS // 10,
            "change_requests": COMMITS // 10,
            "unlinked": results[0]["unlinked"],
            "repeated": 0,
            "unreadable": 0,
        }
    ] * 2
    assert_same_record(portal, clean)


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        ([str(LANGFUSE), "--repository", "a"], 0, "707 of 707 commits (100 %)"),
        ([str(SAMPLES / "truncated-line.jsonl"), "--repository", "b"], 1, "unreadable: line 2: It"),
        ([str(SAMPLES / "empty.jsonl"), "--repository", "c"], 2, "empty.jsonl is empty: expected"),
        ([b"\xff.jsonl".decode("utf-8", "surrogateescape"), "--repository", "c"], 2, "not exist"),
        ([str(LANGFUSE), "--repository", "\udcff"], 2, "name holds a control character"),
        ([str(LANGFUSE)], 2, "the following arguments are required: --repository"),
    ],
    ids=["whole", "broken", "empty", "odd path", "odd name", "no name"],
)
def test_each_end_has_its_status_and_a_sentence(
    portal: Portal, arguments: list[str], status: int, sentence: str
) -> None:
    done = portal.manage("import_history", *arguments)
    assert done.returncode == status
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == (0 if status == 2 else 1)


def test_interrupt_is_a_sentence(portal: Portal, history: Path) -> None:
    with portal.start("import_history", str(history), "--repository", "long") as process:
        while portal.count("changes_commit") == 0 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    assert (process.returncode, output) == (1, "")
    assert "Stopped." in errors
    assert "commits are recorded: run it again to go on from there." in errors
    assert "Traceback" not in errors


def test_database_without_tables_is_a_sentence(tmp_path: Path) -> None:
    done = Portal(tmp_path).manage("import_history", str(LANGFUSE), "--repository", "any")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such table" in done.stderr
    assert "Nothing was imported." in done.stderr
    assert "Traceback" not in done.stderr
