from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from changes.models import CommitStatus, DiffFetch, PullRequestDiff
from tests.factories.source import PullRequestFactory
from tests.factories.times import NOW


class CommitStatusFactory(DjangoModelFactory[CommitStatus]):
    class Meta:
        model = CommitStatus

    pull_request = SubFactory(PullRequestFactory)
    revision = "a" * 40
    state = "pending"
    description = "It waits."
    not_before = NOW


class PullRequestDiffFactory(DjangoModelFactory[PullRequestDiff]):
    class Meta:
        model = PullRequestDiff

    pull_request = SubFactory(PullRequestFactory)
    revision = "a" * 40
    patch_id = "p" * 40
    source = "github.com"
    told_at = NOW


class DiffFetchFactory(DjangoModelFactory[DiffFetch]):
    class Meta:
        model = DiffFetch

    pull_request = SubFactory(PullRequestFactory)
    revision = "a" * 40
    wanted_at = NOW
    not_before = NOW
