"""Who is on call, with those who stand in for somebody else."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from changes.models import OnCallShift, Person, RotaOverride
from changes.rules.facts import ShiftFacts
from changes.rules.rota import OverrideFacts, standing_in, with_overrides


def rota() -> tuple[ShiftFacts, ...]:
    """Every shift, cut where somebody stands in; in two queries."""
    shifts = [ShiftFacts(s.person_id, s.starts_at, s.ends_at) for s in OnCallShift.objects.all()]
    return with_overrides(shifts, _facts(RotaOverride.objects.all()))


def on_call_at(at: datetime) -> list[Person]:
    """Nobody, where the rota has a hole."""
    span = {"starts_at__lte": at, "ends_at__gt": at}
    overrides = _facts(RotaOverride.objects.filter(**span))
    shifts = OnCallShift.objects.filter(**span).values_list("person", flat=True)
    people = {standing_in(person, overrides, at) for person in shifts}
    return list(Person.objects.filter(pk__in=people).order_by("name", "pk"))


def overrides_ahead(at: datetime) -> QuerySet[RotaOverride]:
    """Those that are not over, the next one first."""
    return RotaOverride.objects.filter(ends_at__gt=at).select_related("absent", "stand_in")


def _facts(overrides: Iterable[RotaOverride]) -> list[OverrideFacts]:
    return [OverrideFacts(o.absent_id, o.stand_in_id, o.starts_at, o.ends_at) for o in overrides]
