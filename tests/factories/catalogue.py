from collections.abc import Iterable
from datetime import date, timedelta

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from changes.models import OnCallShift, Person, RotaOverride, StandardProcedure, System
from tests.factories.people import PersonFactory
from tests.factories.times import DRAFTED


class SystemFactory(DjangoModelFactory[System]):
    class Meta:
        model = System
        skip_postgeneration_save = True

    slug = Sequence(lambda n: f"system-{n:05}")
    name = Sequence(lambda n: f"System {n:05}")

    @post_generation
    def tech_leads(self, _create: bool, extracted: Iterable[Person] | None, **_: object) -> None:
        self.tech_leads.set(extracted or ())


class StandardProcedureFactory(DjangoModelFactory[StandardProcedure]):
    class Meta:
        model = StandardProcedure
        skip_postgeneration_save = True

    slug = Sequence(lambda n: f"procedure-{n:05}")
    title = Sequence(lambda n: f"Procedure {n:05}")
    steps = "1. Do it. 2. Look at it."
    valid_from = date(2026, 1, 1)
    expires_on = date(2027, 1, 1)

    @post_generation
    def systems(self, _create: bool, extracted: Iterable[System] | None, **_: object) -> None:
        self.systems.set(extracted or ())


class OnCallShiftFactory(DjangoModelFactory[OnCallShift]):
    class Meta:
        model = OnCallShift

    person = SubFactory(PersonFactory)
    starts_at = DRAFTED - timedelta(days=1)
    ends_at = DRAFTED + timedelta(days=6)


class RotaOverrideFactory(DjangoModelFactory[RotaOverride]):
    class Meta:
        model = RotaOverride

    absent = SubFactory(PersonFactory)
    stand_in = SubFactory(PersonFactory)
    starts_at = DRAFTED
    ends_at = DRAFTED + timedelta(days=1)
    reason = "Ill"
