"""Who is on call: the shifts of the rota, with those who stand in for somebody else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from changes.rules.facts import ShiftFacts


@dataclass(frozen=True)
class OverrideFacts:
    """In the place of `absent_id`, `stand_in_id`: from `starts_at` until just before `ends_at`."""

    absent_id: int
    stand_in_id: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def standing_in(person_id: int, overrides: Sequence[OverrideFacts], at: datetime) -> int:
    """Who is there for this person at that moment; whoever stands in may be replaced as well."""
    seen = {person_id}
    while found := _replacement(person_id, overrides, at):
        if found in seen:  # they stand in for each other: the first one who was asked stays
            break
        seen.add(found)
        person_id = found
    return person_id


def with_overrides(
    shifts: Iterable[ShiftFacts], overrides: Sequence[OverrideFacts]
) -> tuple[ShiftFacts, ...]:
    """Each shift cut where an override begins or ends, with who is on call in each part."""
    return tuple(part for shift in shifts for part in _parts(shift, overrides))


def _parts(shift: ShiftFacts, overrides: Sequence[OverrideFacts]) -> list[ShiftFacts]:
    edges = {edge for o in overrides for edge in (o.starts_at, o.ends_at)}
    inside = {edge for edge in edges if shift.starts_at < edge < shift.ends_at}
    cuts = sorted({shift.starts_at, shift.ends_at, *inside})
    return [
        replace(
            shift,
            person_id=standing_in(shift.person_id, overrides, start),
            starts_at=start,
            ends_at=end,
        )
        for start, end in pairwise(cuts)
    ]


def _replacement(person_id: int, overrides: Sequence[OverrideFacts], at: datetime) -> int | None:
    found = (o for o in overrides if o.absent_id == person_id and o.covers(at))
    return next((override.stand_in_id for override in found), None)
