from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from changes.models import Alert, RepositoryNews
from tests.factories.source import RepositoryFactory
from tests.factories.times import NOW


class AlertFactory(DjangoModelFactory[Alert]):
    class Meta:
        model = Alert

    name = "High error rate"
    fingerprint = Sequence(lambda n: f"{n:016x}")
    trigger = "error_rate"
    starts_at = NOW


class RepositoryNewsFactory(DjangoModelFactory[RepositoryNews]):
    class Meta:
        model = RepositoryNews

    repository = SubFactory(RepositoryFactory)
    kind = "release"
    name = Sequence(lambda n: f"v1.{n}")
    action = "published"
    happened_at = NOW
