"""The pure core: one table of edges for each kind."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from changes.quarters import parse_quarter
from changes.vocabulary import Origin, State
from evidence.reconciliation.carried import first_carried
from evidence.reconciliation.facts import (
    ChangeFacts,
    CommitFacts,
    DeploymentFacts,
    Item,
    Match,
    RequestFacts,
)
from evidence.reconciliation.matching import match_change, match_commits, match_deployment

QUARTER = parse_quarter("2026Q3")
NOON = datetime(2026, 8, 5, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MATCHED, LATE, UNMATCHED = Match.MATCHED, Match.MATCHED_LATE, Match.UNMATCHED
Deployments = Sequence[tuple[datetime, str]]


def request(**values: Any) -> RequestFacts:
    """Submitted at noon, deployed an hour later."""
    known = {
        "number": 7,
        "origin": Origin.PORTAL,
        "state": State.DEPLOYED,
        "submitted_at": NOON,
        "deployed_at": NOON + HOUR,
    }
    return RequestFacts(**{**known, **values})


def commit(sha: str = "c1", **values: Any) -> CommitFacts:
    known = {
        "repository": "orca/web",
        "sha": sha,
        "parents": (),
        "committed_at": NOON - HOUR,
        "reached_at": NOON + HOUR / 2,
        "pull_request": 3,
        "request": request(),
        "sees_deployments": True,
    }
    return CommitFacts(**{**known, **values})


def matched(*commits: CommitFacts, deployments: Deployments = ()) -> list[Item]:
    return list(match_commits(commits, deployments, QUARTER, {}))


@pytest.mark.parametrize(
    ("values", "expected", "reason"),
    [
        pytest.param({}, MATCHED, "", id="submitted before the deployment"),
        pytest.param(
            {"deployed_at": NOON + timedelta(microseconds=1)}, MATCHED, "", id="just before"
        ),
        pytest.param({"deployed_at": NOON}, LATE, "after it reached", id="the same moment is late"),
        pytest.param({"deployed_at": NOON - DAY}, LATE, "submitted at", id="after the deployment"),
        pytest.param({"deployed_at": None}, MATCHED, "", id="not deployed yet"),
        pytest.param(
            {"deployed_at": NOON + 90 * DAY}, MATCHED, "", id="deployed after the quarter"
        ),
        pytest.param(
            {"origin": Origin.RETROACTIVE}, LATE, "opened after the fact", id="retroactive"
        ),
        pytest.param(
            {"origin": Origin.IMPORTED, "submitted_at": None, "state": State.RECORDED},
            LATE,
            "made by an import",
            id="imported",
        ),
        pytest.param(
            {"state": State.DRAFT, "submitted_at": None},
            UNMATCHED,
            "drafted and never submitted",
            id="draft",
        ),
        pytest.param(
            {"state": State.WITHDRAWN, "submitted_at": None},
            UNMATCHED,
            "drafted and never submitted",
            id="draft withdrawn",
        ),
        pytest.param({"state": State.WITHDRAWN}, UNMATCHED, "was withdrawn", id="withdrawn"),
        pytest.param({"state": State.REJECTED}, UNMATCHED, "was rejected", id="rejected"),
        pytest.param({"state": State.ROLLED_BACK}, MATCHED, "", id="rolled back was asked for"),
    ],
)
def test_commit_of_a_request(values: dict[str, Any], expected: Match, reason: str) -> None:
    (item,) = matched(commit(request=request(**values)))

    assert (item.match, item.id, item.key) == (expected, "c1", "CHG-000007")
    assert reason in item.reason
    assert bool(item.reason) == (expected is not MATCHED)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param({"pull_request": None}, "without a pull request", id="direct push"),
        pytest.param(
            {"pull_request": None, "is_revert": True},
            "A revert on the",
            id="revert pushed directly",
        ),
        pytest.param({}, "Pull request #3 belongs to no change request.", id="pull request alone"),
    ],
)
def test_commit_without_a_request(values: dict[str, Any], reason: str) -> None:
    (item,) = matched(commit(request=None, **values))

    assert (item.match, item.key) == (UNMATCHED, "")
    assert reason in item.reason


@pytest.mark.parametrize(
    ("reached_at", "expected"),
    [(NOON + timedelta(seconds=1), MATCHED), (NOON, LATE), (NOON - HOUR, LATE)],
)
def test_without_a_deployment_source_the_production_branch_stands_for_production(
    reached_at: datetime, expected: Match
) -> None:
    (item,) = matched(
        commit(request=request(deployed_at=None), sees_deployments=False, reached_at=reached_at)
    )

    assert item.match is expected


def test_commit_that_another_deployment_carried_first_is_late() -> None:
    """The branch of the request went out with somebody else's release before it was submitted."""
    history = (
        commit("c1"),
        commit("c2", parents=("c1",), request=request(number=8, submitted_at=NOON - DAY)),
    )

    items = matched(*history, deployments=[(NOON - HOUR, "c2")])

    assert [item.match for item in items] == [LATE, MATCHED]


def test_quarter_is_half_open_and_a_later_commit_only_carries() -> None:
    first, end = QUARTER.start, QUARTER.end
    history = (
        commit("before", committed_at=first - timedelta(microseconds=1)),
        commit("first", committed_at=first),
        commit("last", committed_at=end - timedelta(microseconds=1)),
        commit("next", committed_at=end, parents=("last",)),
    )

    items = matched(*history, deployments=[(end + DAY, "next")])

    assert [item.id for item in items] == ["first", "last"]


def test_quarter_ends_in_the_reporting_time_zone() -> None:
    """The last evening of September in Los Angeles is October in UTC."""
    quarter = parse_quarter("2026Q3", "America/Los_Angeles")
    evening = datetime(2026, 10, 1, 6, 59, tzinfo=UTC)
    history = [commit("in", committed_at=evening), commit("out", committed_at=evening + HOUR)]

    assert [item.id for item in match_commits(history, [], quarter, {})] == ["in"]


@pytest.mark.parametrize(
    ("deployments", "expected"),
    [
        pytest.param([], {}, id="none"),
        pytest.param([(NOON, "z")], {}, id="a revision that nobody knows"),
        pytest.param([(NOON, "")], {}, id="no revision"),
        pytest.param(
            [(NOON, "merge"), (NOON + HOUR, "merge")],
            dict.fromkeys(["merge", "a", "b", "base"], NOON),
            id="a merge carries both sides, the first deployment counts",
        ),
        pytest.param(
            [(NOON + HOUR, "merge"), (NOON, "a")],
            {"a": NOON, "base": NOON, "merge": NOON + HOUR, "b": NOON + HOUR},
            id="in the order of time, not of the list",
        ),
        pytest.param(
            [(NOON, "merge"), (NOON + HOUR, "base")],
            dict.fromkeys(["merge", "a", "b", "base"], NOON),
            id="a rollback to an old revision carries nothing new",
        ),
    ],
)
def test_first_deployment_that_carried(
    deployments: Deployments, expected: dict[str, datetime]
) -> None:
    parents = {"base": ("gone",), "a": ("base",), "b": ("base",), "merge": ("a", "b")}

    assert first_carried(parents, deployments) == expected


@pytest.mark.parametrize(
    ("values", "expected", "reason"),
    [
        pytest.param({"request": request()}, MATCHED, "", id="after the submission"),
        pytest.param(
            {"request": request(), "started_at": NOON}, LATE, "submitted at", id="same moment"
        ),
        pytest.param(
            {"request": request(origin=Origin.RETROACTIVE)},
            LATE,
            "after the fact",
            id="retroactive",
        ),
        pytest.param(
            {"request": request(state=State.WITHDRAWN)}, UNMATCHED, "was withdrawn", id="withdrawn"
        ),
        pytest.param({}, UNMATCHED, "without a change request", id="no request"),
        pytest.param(
            {"revision": ""}, UNMATCHED, "without naming a revision", id="no revision either"
        ),
        pytest.param(
            {"revision": "", "request": request()}, MATCHED, "", id="no revision but a request"
        ),
    ],
)
def test_deployment(values: dict[str, Any], expected: Match, reason: str) -> None:
    known = {"repository": "orca/web", "revision": "f" * 40, "started_at": NOON + HOUR}
    item = match_deployment(DeploymentFacts(**{**known, "request": None, **values}))

    assert item.match is expected
    assert reason in item.reason


def test_deployment_is_known_by_repository_revision_and_start() -> None:
    item = match_deployment(DeploymentFacts("orca/web", "abc", NOON, None))
    nameless = match_deployment(DeploymentFacts("", "", NOON, None))

    assert item.id == "orca/web@abc 2026-08-05T12:00:00Z"
    assert nameless.id == "no revision 2026-08-05T12:00:00Z"


@pytest.mark.parametrize(
    ("values", "of_request", "expected"),
    [
        pytest.param({}, {}, MATCHED, id="deployed later"),
        pytest.param({}, {"deployed_at": None}, MATCHED, id="commits, not deployed yet"),
        pytest.param({}, {"deployed_at": NOON}, LATE, id="deployed before"),
        pytest.param(
            {"has_commits": False},
            {"deployed_at": None, "state": State.SUBMITTED},
            UNMATCHED,
            id="neither commit nor deployment",
        ),
        pytest.param(
            {"has_commits": False},
            {"deployed_at": None, "state": State.RECORDED, "origin": Origin.RETROACTIVE},
            UNMATCHED,
            id="retroactive without anything",
        ),
        pytest.param({"has_commits": False}, {}, MATCHED, id="a deployment is enough"),
        pytest.param(
            {"has_commits": False},
            {"deployed_at": None, "state": State.WITHDRAWN},
            None,
            id="withdrawn",
        ),
        pytest.param(
            {"has_commits": False},
            {"deployed_at": None, "state": State.REJECTED},
            None,
            id="rejected",
        ),
        pytest.param({}, {"state": State.WITHDRAWN}, UNMATCHED, id="withdrawn, and yet deployed"),
        pytest.param(
            {"sees_deployments": False, "reached_at": NOON - HOUR},
            {"deployed_at": None},
            LATE,
            id="merged before, no deployment source",
        ),
        pytest.param(
            {"sees_deployments": False, "reached_at": NOON + HOUR},
            {"deployed_at": None},
            MATCHED,
            id="merged after, no deployment source",
        ),
    ],
)
def test_change(values: dict[str, Any], of_request: dict[str, Any], expected: Match | None) -> None:
    known = {"title": "Sort", "counted_at": NOON, "has_commits": True}
    item = match_change(ChangeFacts(request=request(**of_request), **{**known, **values}), {})

    assert (item.match if item else None) is expected


def test_change_is_late_where_one_of_its_commits_went_out_before() -> None:
    first: dict[int, datetime] = {}
    list(match_commits([commit()], [(NOON - HOUR, "c1")], QUARTER, first))

    item = match_change(ChangeFacts(request(), "Sort", NOON, has_commits=True), first)

    assert item is not None
    assert item.match is LATE
