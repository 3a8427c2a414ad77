from datetime import timedelta
from typing import Any

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from changes.models import Commit, HistoryImport, PullRequest, Repository, Review
from changes.vocabulary import Attribution, ReviewState
from tests.factories.people import PersonFactory
from tests.factories.times import APPROVED, DRAFTED


class RepositoryFactory(DjangoModelFactory[Repository]):
    """One whose git host and deployment system report to the portal."""

    class Meta:
        model = Repository

    name = Sequence(lambda n: f"orca/repository-{n:05}")
    host = "github.com"
    url = LazyAttribute(lambda repository: f"https://github.com/{repository.name}")
    reports_deployments = True
    reports_reviews = True


class PullRequestFactory(DjangoModelFactory[PullRequest]):
    class Meta:
        model = PullRequest

    repository = SubFactory(RepositoryFactory)
    number = Sequence(lambda n: n + 1)
    title = "Sort the pages"


class CommitFactory(DjangoModelFactory[Commit]):
    """On the production branch, without a pull request; with one it is attributed to it."""

    class Meta:
        model = Commit

    repository = SubFactory(RepositoryFactory)
    sha = Sequence(lambda n: f"{n + 1:040x}")
    author = SubFactory(PersonFactory)
    committer = SelfAttribute("author")
    authored_at = DRAFTED - timedelta(hours=1)
    committed_at = DRAFTED - timedelta(hours=1)
    subject = "Sort the pages by title"
    on_production_branch = True
    attribution = LazyAttribute(
        lambda commit: Attribution.LINK if commit.pull_request else Attribution.NONE
    )
    pull_request: Any = None


class ReviewFactory(DjangoModelFactory[Review]):
    class Meta:
        model = Review

    pull_request = SubFactory(PullRequestFactory)
    person = SubFactory(PersonFactory)
    state = ReviewState.APPROVED
    revision = "a" * 40
    submitted_at = APPROVED


class HistoryImportFactory(DjangoModelFactory[HistoryImport]):
    class Meta:
        model = HistoryImport

    repository = SubFactory(RepositoryFactory)
    source = "history.jsonl"
    started_at = DRAFTED
