"""Answers of GitHub's REST API and of Prometheus read to their expected facts."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from changes.intake.bodies import Malformed
from changes.intake.hosts.github_rest import BranchProtection, protection_of
from changes.intake.hosts.prometheus import series_of

SAMPLES = Path(__file__).parents[3] / "samples" / "webhooks"


def answer(path: str) -> Any:
    return json.loads((SAMPLES / path).read_text())


def expected(folder: str, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = answer(f"{folder}/expected.json")["files"][name]
    return facts


@pytest.mark.parametrize("name", ["branch-protection.recorded.json", "create-status.recorded.json"])
def test_recorded_exchanges(name: str) -> None:
    exchanges = answer(f"github-rest/{name}")

    found = [[e["method"].upper(), e["path"], e["status"]] for e in exchanges]
    assert found == expected("github-rest", name)["exchanges"]


def test_protection_of_a_branch() -> None:
    _, bare, full, _ = answer("github-rest/branch-protection.recorded.json")

    nothing, everything = protection_of(bare["response"]), protection_of(full["response"])

    assert (nothing.approvals_needed, nothing.binds_administrators) == (None, False)
    assert everything == BranchProtection(
        approvals_needed=1,
        dismisses_stale=True,
        needs_code_owners=False,
        binds_administrators=True,
        checks_needed=("foo/bar",),
        is_strict=True,
    )


@pytest.mark.parametrize("name", ["api.query.vector.json", "api.query_range.matrix.json"])
def test_series_of_prometheus(name: str) -> None:
    found = answer(f"prometheus/{name}")

    series = series_of(found)

    assert {
        "valid_json": True,
        "status": found["status"],
        "resultType": found["data"]["resultType"],
        "series": len(series),
        "samples": sum(len(one.values) for one in series),
    } == expected("prometheus", name)


def test_series_of_six_hours() -> None:
    """The samples alone, as one result of a range query holds them."""
    result = answer("prometheus/samples.up.20190728T1200.json")

    series = series_of({"status": "success", "data": {"resultType": "matrix", "result": result}})

    times = [at.timestamp() for one in series for at, _ in one.values]
    assert {
        "valid_json": True,
        "series": len(series),
        "samples": len(times),
        "first_ts": min(times),
        "last_ts": max(times),
    } == expected("prometheus", "samples.up.20190728T1200.json")


def test_rules_hold_no_samples() -> None:
    assert series_of(answer("prometheus/api.rules.json")) == []


def range_of(*samples: Any) -> dict[str, Any]:
    result = [{"metric": {}, "values": [*samples]}]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def test_what_is_no_number_is_not_measured() -> None:
    (series,) = series_of(range_of([0.5, "1.5"], [1, "NaN"], [2, "+Inf"]))

    assert series.values == (
        (datetime(1970, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC), Decimal("1.5")),
        (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), None),
        (datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC), None),
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"status": "error", "error": "bad query"},
        {"status": "success"},
        range_of("1"),
        range_of([1]),
        range_of([1, 2]),
        range_of([1, "x"]),
        range_of([1e300, "1"]),
    ],
)
def test_answer_that_cannot_be_used(bad: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        series_of(bad)
