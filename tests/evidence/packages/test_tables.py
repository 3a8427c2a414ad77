from pathlib import Path

import pytest

from evidence.packages.bundle import Bundle, entry_of
from evidence.packages.charts import share_chart, verdict_chart, week_chart
from evidence.packages.plain import exact, instant, iso
from evidence.packages.policy_words import policy_words
from evidence.vocabulary import TESTED
from tests.factories.facts import POLICY, policy


def test_bundle_is_the_same_whenever_it_is_packed(tmp_path: Path) -> None:
    source = tmp_path / "table.csv"
    source.write_text("a,b\n" * 100)
    for name in ("one.zip", "two.zip"):
        with Bundle(tmp_path / name) as bundle:
            bundle.add_all([("z.csv", source), ("a.pdf", source)], alive=lambda: None)
        source.touch()

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_entry_has_size_and_digest(tmp_path: Path) -> None:
    source = tmp_path / "empty"
    source.touch()

    entry = entry_of("x", source)

    assert (entry.size, entry.sha256[:8]) == (0, "e3b0c442")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(2**53 - 1, 2**53 - 1, id="the largest exact integer"),
        pytest.param(2**53, str(2**53), id="one more is text"),
        pytest.param(True, True, id="a boolean stays one"),
        pytest.param("\ud800", "?", id="half a character"),
        pytest.param((1, None, {"a": [0.5]}), [1, None, {"a": ["0.5"]}], id="nested"),
    ],
)
def test_exact_values(value: object, expected: object) -> None:
    assert exact(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("2026-07-14T16:00:00.000000Z", "2026-07-14T16:00:00Z"),
        ("2026-07-14T16:00:00.250000Z", "2026-07-14T16:00:00.250000Z"),
    ],
)
def test_iso_has_a_fraction_only_where_there_is_one(text: str | None, expected: str) -> None:
    assert iso(text) == expected


def test_instant_reads_back_what_exact_wrote() -> None:
    at = instant("2026-07-14T16:00:00.250000Z")

    assert exact(at) == "2026-07-14T16:00:00.250000Z"


def counts(**values: int) -> dict[str, int]:
    words = ("passed", "failed", "unknown", "waiting", "not_applicable")
    return {word: values.get(word, 0) for word in words}


def test_verdict_bars_add_up() -> None:
    chart = verdict_chart({letter: counts(passed=3, failed=1) for letter in TESTED})

    assert [bar.total for bar in chart.bars] == [4] * len(TESTED)
    assert sum(piece.width for piece in chart.bars[0].pieces) == pytest.approx(340)
    assert chart.description.startswith("A: 1 failed, 0 unknown, 0 waiting, 3 passed")


def test_charts_of_nothing_are_empty() -> None:
    chart = verdict_chart({letter: counts() for letter in TESTED})

    assert all(bar.pieces == () for bar in chart.bars)
    assert share_chart("x", {}).bars == ()
    assert week_chart([{"starts_on": "2026-07-01", "changes": 0}]).bars[0].total == 0


def test_policy_words_follow_the_figures() -> None:
    words = dict(policy_words(policy(peer_reviewers_minimum=2, required_scanners=())))

    assert "2 peer reviewers" in words["Normal change"]
    assert dict(policy_words(POLICY))["Rollback"].startswith(
        "Error rate above 1.5 % or P95 latency above 700 ms for 5 minutes"
    )
