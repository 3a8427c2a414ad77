from collections.abc import Iterable
from datetime import timedelta

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from changes.models import Freeze, System, WindowException
from tests.factories.people import PersonFactory
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import DEPLOYED


class FreezeFactory(DjangoModelFactory[Freeze]):
    """For all systems unless `systems` names some."""

    class Meta:
        model = Freeze
        skip_postgeneration_save = True

    reason = "Closing of the quarter"
    starts_at = DEPLOYED - timedelta(days=1)
    ends_at = DEPLOYED + timedelta(days=1)

    @post_generation
    def systems(self, _create: bool, extracted: Iterable[System] | None, **_: object) -> None:
        self.systems.set(extracted or ())


class WindowExceptionFactory(DjangoModelFactory[WindowException]):
    class Meta:
        model = WindowException

    change = SubFactory(ChangeRequestFactory)
    reason = "The partner has its maintenance that night."
    approved_by = SubFactory(PersonFactory)
    approved_at = DEPLOYED - timedelta(days=1)
    valid_until = DEPLOYED + timedelta(days=1)
