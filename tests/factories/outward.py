from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from changes.models import CommitStatus
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
