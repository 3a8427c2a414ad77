"""The record against itself: what the queries find, on real rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.quarters import parse_quarter
from changes.vocabulary import Environment, Origin, State
from evidence.queries.reconciliation import reconciled
from evidence.queries.silence import silent_sources
from evidence.reconciliation.totals import Totals
from tests.factories.catalogue import SystemFactory
from tests.factories.request import ChangeRequestFactory
from tests.factories.rollout import DeploymentFactory
from tests.factories.source import CommitFactory, PullRequestFactory, RepositoryFactory
from tests.factories.times import DEPLOYED, NOW, SUBMITTED

pytestmark = pytest.mark.django_db
QUARTER = parse_quarter("2026Q3")


def counts() -> dict[str, list[int]]:
    """Matched, late, unmatched."""
    totals = Totals()
    list(totals.counted(reconciled(QUARTER)))
    found = totals.as_json()
    assert all(sum(list(of.values())[1:]) == of["total"] for of in found.values())
    return {name: list(of.values())[1:] for name, of in found.items()}


def make_linked(**values: object) -> None:
    """A change with two commits that is deployed, at the second of them."""
    change = ChangeRequestFactory.create(**values)
    pull = PullRequestFactory.create(change=change)
    first = CommitFactory.create(repository=pull.repository, pull_request=pull)
    head = CommitFactory.create(repository=pull.repository, pull_request=pull, parents=[first.sha])
    DeploymentFactory.create(change=change, repository=pull.repository, revision=head.sha)


def test_everything_of_a_change_is_matched() -> None:
    make_linked()

    assert counts() == {"commits": [2, 0, 0], "deployments": [1, 0, 0], "changes": [1, 0, 0]}


@pytest.mark.parametrize(
    "values",
    [
        {"submitted_at": DEPLOYED + timedelta(seconds=1)},
        {"origin": Origin.RETROACTIVE},
        {"is_imported": True},
    ],
    ids=["submitted after the deployment", "retroactive", "imported"],
)
def test_everything_of_a_late_request_is_late(values: dict[str, object]) -> None:
    make_linked(**values)

    assert counts() == {"commits": [0, 2, 0], "deployments": [0, 1, 0], "changes": [0, 1, 0]}


def test_commit_that_is_not_on_the_production_branch_is_left_out() -> None:
    CommitFactory.create(on_production_branch=False)

    assert counts()["commits"] == [0, 0, 0]


def test_staging_is_left_out() -> None:
    DeploymentFactory.create(change=None, environment=Environment.STAGING)

    assert counts()["deployments"] == [0, 0, 0]


def test_deployment_belongs_to_the_request_of_its_revision() -> None:
    """A system that reports the revision alone, and a rollback that brings an old one back."""
    make_linked()
    change = ChangeRequestFactory.create()
    pull = PullRequestFactory.create(change=change)
    head = CommitFactory.create(repository=pull.repository, pull_request=pull)
    for hours in (0, 5):
        DeploymentFactory.create(
            change=None,
            repository=pull.repository,
            revision=head.sha,
            started_at=DEPLOYED + timedelta(hours=hours),
            finished_at=DEPLOYED + timedelta(hours=hours + 1),
        )

    assert counts()["deployments"] == [3, 0, 0]


def test_revision_of_another_repository_says_nothing() -> None:
    """A fork has the same commits."""
    pull = PullRequestFactory.create(change=ChangeRequestFactory.create())
    head = CommitFactory.create(repository=pull.repository, pull_request=pull)
    fork = RepositoryFactory.create()
    DeploymentFactory.create(change=None, repository=fork, revision=head.sha)
    DeploymentFactory.create(change=None, repository=None, revision=head.sha)

    assert counts()["deployments"] == [0, 0, 2]


def test_same_commit_in_two_repositories_counts_twice() -> None:
    for _ in range(2):
        CommitFactory.create(sha="f" * 40)

    assert counts()["commits"] == [0, 0, 2]


def test_request_without_commit_and_deployment_is_unmatched() -> None:
    ChangeRequestFactory.create()
    ChangeRequestFactory.create(state=State.WITHDRAWN)
    ChangeRequestFactory.create(is_draft=True)
    ChangeRequestFactory.create(counted_at=QUARTER.end)

    assert counts()["changes"] == [0, 0, 1]


def test_repository_without_a_deployment_source_is_judged_by_the_merge() -> None:
    blind = RepositoryFactory.create(reports_deployments=False)
    for merged_at in (SUBMITTED, SUBMITTED + timedelta(seconds=1)):
        pull = PullRequestFactory.create(
            repository=blind, change=ChangeRequestFactory.create(), merged_at=merged_at
        )
        CommitFactory.create(repository=blind, pull_request=pull)

    assert counts() == {"commits": [1, 1, 0], "deployments": [0, 0, 0], "changes": [1, 1, 0]}


def test_number_of_queries_does_not_grow() -> None:
    make_linked()
    with CaptureQueriesContext(connection) as one:
        counts()
    for _ in range(3):
        make_linked()
        CommitFactory.create()
        DeploymentFactory.create(change=None, repository=RepositoryFactory.create())
    with CaptureQueriesContext(connection) as more:
        counts()

    assert len(one) == len(more) == 6


def test_silent_sources() -> None:
    """Now is 15 July: that day is not over."""
    system = SystemFactory.create(in_scope_from=QUARTER.start.date() + timedelta(days=9))
    RepositoryFactory.create(name="orca/blind", reports_deployments=False, system=system)
    busy = RepositoryFactory.create(name="orca/busy")
    CommitFactory.create(repository=busy, committed_at=QUARTER.start)
    DeploymentFactory.create(repository=busy, started_at=QUARTER.start + timedelta(days=2))

    sentences = [silence.sentence for silence in silent_sources(QUARTER, NOW)]

    assert sentences == [
        "orca/blind: no source reports deployments to production.",
        "orca/blind: no news from 2026-07-10 to 2026-07-14 (5 days).",
        "orca/busy: no news on 2026-07-02.",
        "orca/busy: no news from 2026-07-04 to 2026-07-14 (11 days).",
    ]


def test_number_of_queries_for_silence_does_not_grow() -> None:
    RepositoryFactory.create_batch(3)
    with CaptureQueriesContext(connection) as queries:
        list(silent_sources(QUARTER, NOW))

    assert len(queries) == 7
