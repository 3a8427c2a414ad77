from datetime import datetime, timedelta
from typing import Any

import pytest

from changes.models import Commit, GateResult, PipelineRun, PullRequest, Review
from changes.queries.facts import facts_of
from changes.vocabulary import Gate, PipelineStage, ReviewState, RunOutcome
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.sources import (
    link_pull_request,
    record_commit,
    record_gate_result,
    record_pull_request,
    record_review,
    record_run,
)
from tests.changes.workflow.refusing import events_of, refused
from tests.changes.workflow.threads import at_once
from tests.factories import times
from tests.factories.people import an_engineer
from tests.factories.pipeline import ALL_TESTS_PASSED
from tests.factories.request import ChangeRequestFactory
from tests.factories.source import CommitFactory, PullRequestFactory, RepositoryFactory
from tests.factories.stories import make_draft, make_story

pytestmark = pytest.mark.django_db
FUTURE = times.NOW + timedelta(seconds=1)
IS_FUTURE = "2026-07-15T18:00:01+00:00 is in the future."


def link(change: Any, repository: Any, number: int = 7, **values: Any) -> PullRequest:
    given = {"actor": change.requester, "at": times.SUBMITTED}
    return link_pull_request(
        request=change, repository=repository, number=number, **{**given, **values}
    )


def test_pull_request_is_linked_with_its_address() -> None:
    change, repository = ChangeRequestFactory.create(), RepositoryFactory.create()
    url = f"{repository.url}/pull/7"

    pull = link(change, repository, url=url)

    assert (pull.change, pull.number, pull.url, pull.linked_at) == (
        change,
        7,
        url,
        times.SUBMITTED,
    )


def test_pull_request_that_is_known_already_is_linked() -> None:
    change, pull = ChangeRequestFactory.create(), PullRequestFactory.create()

    assert events_of(lambda: link(change, pull.repository, pull.number)) == ["pull_request.linked"]
    assert change.pull_requests.get() == pull


def test_pull_request_linked_again_changes_nothing() -> None:
    change, repository = ChangeRequestFactory.create(), RepositoryFactory.create()
    link(change, repository)

    assert events_of(lambda: link(change, repository)) == []


def test_pull_request_of_another_change_is_refused() -> None:
    story, change = make_story(), ChangeRequestFactory.create()

    with refused(NotNow, f"{story.pull} belongs to {story.change} already."):
        link(change, story.repository, story.pull.number)


def test_pull_request_of_a_draft_may_be_exchanged() -> None:
    story = make_draft()

    linked = link(story.change, story.repository)

    assert list(story.change.pull_requests.all()) == [linked]


def test_second_pull_request_of_a_submitted_change_is_refused() -> None:
    story = make_story()

    with refused(NotNow, f"{story.change} has {story.pull}: ask for another change request."):
        link(story.change, story.repository)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"number": -1}, "Ensure this value is greater than or equal to 0."),
        ({"at": FUTURE}, IS_FUTURE),
    ],
)
def test_pull_request_with_a_wrong_value_is_refused(values: dict[str, Any], sentence: str) -> None:
    change, repository = ChangeRequestFactory.create(), RepositoryFactory.create()

    with refused(Invalid, sentence):
        link(change, repository, **values)


def test_pull_request_learns_its_author() -> None:
    story, author = make_story(), an_engineer()

    record_pull_request(pull_request=story.pull, at=times.SUBMITTED, author=author)

    assert author.pk in facts_of(story.change).authors


def test_commit_becomes_the_head_and_its_people_authors() -> None:
    story, writer, helper = make_story(), an_engineer(), an_engineer()

    story.push("c" * 40, author=writer, co_authors=[helper])

    facts = facts_of(story.change)
    assert facts.head_revision == "c" * 40
    assert {writer.pk, helper.pk} < set(facts.authors)


def test_commit_reported_again_changes_nothing() -> None:
    story = make_story().push("c" * 40).push("d" * 40)

    assert events_of(lambda: story.push("c" * 40)) == []
    assert story.head == "d" * 40


def test_commit_known_from_the_history_is_attributed() -> None:
    story = make_story()
    writer = an_engineer()
    known = CommitFactory.create(repository=story.repository, sha="c" * 40, author=writer)

    story.push(known.sha)

    known.refresh_from_db()
    assert (known.pull_request, story.head) == (story.pull, known.sha)
    assert writer.pk in facts_of(story.change).authors


def review(story: Any, **values: Any) -> Review:
    given = {
        "person": story.peer,
        "state": ReviewState.APPROVED,
        "revision": story.head,
        "submitted_at": times.APPROVED,
    }
    return record_review(pull_request=story.pull, **{**given, **values})


def test_review_is_recorded_once() -> None:
    story = make_story()

    assert events_of(lambda: (review(story), review(story))) == ["review.recorded"]


def test_run_takes_its_outcome_later() -> None:
    story = make_story()
    run: dict[str, Any] = {
        "repository": story.repository,
        "revision": story.head,
        "stage": PipelineStage.TEST,
        "check_name": "unit",
        "started_at": times.TESTED,
    }
    record_run(**run, outcome=RunOutcome.RUNNING, finished_at=None)

    record_run(**run, outcome=RunOutcome.PASSED, finished_at=times.APPROVED)

    assert PipelineRun.objects.get().outcome == RunOutcome.PASSED


def test_run_that_finished_before_it_began_is_refused() -> None:
    repository = RepositoryFactory.create()

    with refused(Invalid, "A run finishes after it has begun."):
        record_run(
            repository=repository,
            revision="c" * 40,
            stage=PipelineStage.TEST,
            check_name="unit",
            outcome=RunOutcome.PASSED,
            started_at=times.TESTED,
            finished_at=times.SUBMITTED,
        )


def report(repository: Any, produced_at: datetime = times.TESTED) -> GateResult:
    return record_gate_result(
        repository=repository,
        revision="c" * 40,
        gate=Gate.TESTS,
        tool="pytest",
        numbers=dict(ALL_TESTS_PASSED),
        produced_at=produced_at,
        recorded_at=times.NOW,
    )


def test_gate_result_is_recorded_once() -> None:
    repository = RepositoryFactory.create()

    assert events_of(lambda: (report(repository), report(repository))) == ["gate_result.recorded"]


def test_source_that_dates_its_report_to_the_future_is_refused() -> None:
    story = make_story()

    with refused(Invalid, IS_FUTURE):
        report(story.repository, produced_at=FUTURE)
    with refused(Invalid, IS_FUTURE):
        review(story, submitted_at=FUTURE)


@pytest.mark.postgres
def test_commit_reported_twice_at_once_is_recorded_once(committed_db: None) -> None:
    story = make_story()

    def push(_: int) -> Commit:
        return record_commit(
            pull_request=story.pull,
            sha="c" * 40,
            author=story.requester,
            committed_at=times.APPROVED,
            subject="Once more",
        )

    commits = at_once(push, range(4))

    assert len({commit.pk for commit in commits}) == 1
