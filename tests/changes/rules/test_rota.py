"""Who is on call: half-open spans, and whoever stands in for whom."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from changes.rules.facts import ShiftFacts
from changes.rules.rota import OverrideFacts, standing_in, with_overrides
from tests.factories.times import DRAFTED

HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
ADA, BEN, CLEO = 1, 2, 3


def at(hours: float) -> datetime:
    return DRAFTED + hours * HOUR


def on_call(shifts: tuple[ShiftFacts, ...], moment: datetime) -> list[int]:
    return [s.person_id for s in shifts if s.starts_at <= moment < s.ends_at]


DAY = (ShiftFacts(ADA, at(0), at(24)),)


def test_override_begins_at_its_first_moment_and_ends_before_its_last() -> None:
    cut = with_overrides(DAY, [OverrideFacts(ADA, BEN, at(8), at(12))])

    assert on_call(cut, at(8) - MOMENT) == [ADA]
    assert on_call(cut, at(8)) == on_call(cut, at(12) - MOMENT) == [BEN]
    assert on_call(cut, at(12)) == [ADA]


def test_override_of_somebody_else_or_of_another_time_changes_nothing() -> None:
    others = [OverrideFacts(CLEO, BEN, at(0), at(24)), OverrideFacts(ADA, BEN, at(24), at(30))]

    assert with_overrides(DAY, others[1:]) == DAY
    assert {s.person_id for s in with_overrides(DAY, others)} == {ADA}


def test_who_stands_in_may_be_replaced_as_well() -> None:
    chain = [OverrideFacts(ADA, BEN, at(0), at(24)), OverrideFacts(BEN, CLEO, at(6), at(7))]
    cut = with_overrides(DAY, chain)

    assert [on_call(cut, at(h)) for h in (5, 6, 7)] == [[BEN], [CLEO], [BEN]]


def test_two_who_stand_in_for_each_other_end() -> None:
    circle = [OverrideFacts(ADA, BEN, at(0), at(2)), OverrideFacts(BEN, ADA, at(0), at(2))]

    assert standing_in(ADA, circle, at(1)) == BEN


PEOPLE, HOURS = st.integers(1, 4), st.integers(0, 40)
SPANS = st.tuples(HOURS, st.integers(1, 12))
SHIFTS = st.builds(lambda p, s: ShiftFacts(p, at(s[0]), at(s[0] + s[1])), PEOPLE, SPANS)
OVERRIDES = st.builds(
    lambda a, b, s: OverrideFacts(a, b, at(s[0]), at(s[0] + s[1])), PEOPLE, PEOPLE, SPANS
)


@settings(max_examples=300)
@given(st.lists(SHIFTS, max_size=4), st.lists(OVERRIDES, max_size=5), st.floats(0, 52))
def test_cut_shifts_say_of_each_moment_what_the_moment_says(
    shifts: list[ShiftFacts], overrides: list[OverrideFacts], hour: float
) -> None:
    moment = at(hour)
    expected = [standing_in(p, overrides, moment) for p in on_call(tuple(shifts), moment)]

    assert on_call(with_overrides(shifts, overrides), moment) == expected
