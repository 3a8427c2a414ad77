"""What reached production: merges, and what came there without a change request."""

from datetime import datetime, timedelta

import pytest

from changes.models import Commit, Deployment
from changes.workflow.production import (
    record_merge,
    record_unlinked_commit,
    record_unlinked_deployment,
)
from changes.workflow.refusals import Invalid
from tests.changes.workflow.refusing import events_of, refused
from tests.factories.people import an_engineer
from tests.factories.source import RepositoryFactory
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db
HEAD = "a" * 40


def test_merge_brings_the_commits_to_the_production_branch_once(now: datetime) -> None:
    story = make_story()

    def merge() -> None:
        record_merge(pull_request=story.pull, merged_by=story.requester, at=now, revision=HEAD)

    assert events_of(merge) == ["commit.merged", "pull_request.merged"]
    story.pull.refresh_from_db()
    assert (story.pull.merged_at, story.pull.merge_revision) == (now, HEAD)
    assert Commit.objects.get().on_production_branch
    assert events_of(merge) == ["pull_request.merged"]


def test_commit_that_a_rebase_replaced_reaches_nothing(now: datetime) -> None:
    story = make_story()
    replaced = story.pull.head_revision
    story.push("b" * 40)
    record_merge(
        pull_request=story.pull, merged_by=None, at=now, revision="b" * 40, replaced=[replaced]
    )
    reached = Commit.objects.filter(on_production_branch=True)
    assert [commit.sha for commit in reached] == ["b" * 40]


def test_unlinked_commit_is_recorded_once(now: datetime) -> None:
    repository, author = RepositoryFactory.create(), an_engineer()

    def push() -> None:
        record_unlinked_commit(
            repository=repository, sha="b" * 40, author=author, committed_at=now, subject="Quickly"
        )

    assert (events_of(push), events_of(push)) == (["commit.recorded"], [])
    commit = Commit.objects.get()
    assert (commit.pull_request, commit.on_production_branch) == (None, True)


def test_unlinked_deployment_is_recorded_and_belongs_to_no_change(now: datetime) -> None:
    repository, person = RepositoryFactory.create(), an_engineer()
    told = events_of(
        lambda: record_unlinked_deployment(
            repository=repository, revision=HEAD, started_by=person, at=now, finished_at=now
        )
    )
    assert told == ["deployment.recorded"]
    assert Deployment.objects.get().change is None


def test_deployment_that_ends_before_it_begins_is_refused(now: datetime) -> None:
    repository, before = RepositoryFactory.create(), now - timedelta(seconds=1)
    with refused(Invalid, "A deployment finishes after it has begun."):
        record_unlinked_deployment(
            repository=repository, revision=HEAD, started_by=None, at=now, finished_at=before
        )
