"""Rollback triggers on both sides of each edge, and against an oracle written another way."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changes.rules.facts import SampleFacts
from changes.rules.triggers import Reading, firings, readings
from changes.vocabulary import RollbackTrigger
from tests.factories.facts import POLICY, policy

START = datetime(2026, 7, 14, 18, tzinfo=UTC)
ERRORS, LATENCY, HEALTH = (
    RollbackTrigger.ERROR_RATE,
    RollbackTrigger.LATENCY,
    RollbackTrigger.HEALTH_CHECK,
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def errors(*pairs: tuple[float, str]) -> list[SampleFacts]:
    return [SampleFacts(at(s), error_rate_percent=Decimal(value)) for s, value in pairs]


def latencies(*pairs: tuple[float, str]) -> list[SampleFacts]:
    return [SampleFacts(at(s), latency_p95_ms=Decimal(value)) for s, value in pairs]


def checks(outcomes: str, apart: float = 30) -> list[SampleFacts]:
    """`x` is a failed health check, `.` a good one, a space none."""
    marks = enumerate(outcomes)
    return [SampleFacts(at(n * apart), is_healthy=m == ".") for n, m in marks if m != " "]


def every(step: float, until: float, value: str) -> list[tuple[float, str]]:
    count = int(until // step) + 1
    return [(step * n, value) for n in range(count)]


def reading(samples: list[SampleFacts], trigger: RollbackTrigger) -> Reading:
    return next(r for r in readings(samples, POLICY) if r.trigger is trigger)


@pytest.mark.parametrize(
    ("pairs", "fires"),
    [
        pytest.param(every(60, 300, "1.501"), True, id="above for 300 s fires"),
        pytest.param(every(59, 295, "9.9"), False, id="above for 295 s does not"),
        pytest.param([*every(60, 240, "9.9"), (299.999, "9.9")], False, id="299.999 s does not"),
        pytest.param(every(60, 600, "1.5"), False, id="at the limit never"),
        pytest.param(
            [(s, "1.5" if s == 180 else "9.9") for s in range(0, 480, 60)],
            False,
            id="a sample at the limit ends the span",
        ),
        pytest.param(
            [(s, "1.5" if s == 180 else "9.9") for s in range(0, 541, 60)],
            True,
            id="and a new span begins after it",
        ),
        pytest.param(every(60.001, 600, "9.9"), False, id="gaps of more than 60 s"),
        pytest.param(
            [*every(60, 240, "9.9"), (301, "9.9")], False, id="a gap of 61 s ends the span"
        ),
        pytest.param(
            [*every(60, 180, "9.9"), *((241 + s, "9.9") for s in range(0, 301, 60))],
            True,
            id="after the gap another 300 s fires",
        ),
        pytest.param([(0, "9.9"), (300, "9.9")], False, id="two samples 300 s apart"),
        pytest.param([], False, id="no sample"),
        pytest.param([(0, "100")], False, id="one sample"),
    ],
)
def test_error_rate_fires_when_sustained(pairs: list[tuple[float, str]], fires: bool) -> None:
    assert bool(firings(errors(*pairs), POLICY)) is fires


@pytest.mark.parametrize(
    ("pairs", "fires"),
    [
        pytest.param(every(60, 300, "700.01"), True, id="above 700 ms for 300 s fires"),
        pytest.param(every(60, 300, "700"), False, id="at 700 ms does not"),
        pytest.param(every(60, 240, "900"), False, id="for 240 s does not"),
        pytest.param([*every(60, 240, "900"), (301, "900")], False, id="a gap ends it"),
    ],
)
def test_latency_fires_when_sustained(pairs: list[tuple[float, str]], fires: bool) -> None:
    assert [f.trigger for f in firings(latencies(*pairs), POLICY)] == [LATENCY] * fires


@pytest.mark.parametrize(
    ("outcomes", "fires"),
    [
        pytest.param("xxxx", True, id="the fourth fires"),
        pytest.param("xxx", False, id="three do not"),
        pytest.param("xxx.xxx", False, id="a good one between"),
        pytest.param("..xxxx..", True, id="in the middle"),
        pytest.param("xx xx", True, id="a check that did not report leaves the row"),
        pytest.param("", False, id="none"),
    ],
)
def test_health_check_fires_at_the_fourth_failure(outcomes: str, fires: bool) -> None:
    assert [f.trigger for f in firings(checks(outcomes), POLICY)] == [HEALTH] * fires


def test_firing_tells_metric_values_and_span() -> None:
    samples = errors((0, "0.2"), *[(60 + s, "1.8") for s in range(0, 360, 60)], (420, "2.25"))

    (firing,) = firings(samples, POLICY)

    assert firing.fired_at == at(360)
    assert firing.observed == {
        "metric": "error_rate",
        "limit": "1.5",
        "values": ["1.8", "1.8", "1.8", "1.8", "1.8", "1.8", "2.25"],
        "span_starts_at": "2026-07-14T18:01:00+00:00",
        "span_ends_at": "2026-07-14T18:07:00+00:00",
        "fired_at": "2026-07-14T18:06:00+00:00",
    }
    assert firing.sentence == (
        "Error rate 1.8 to 2.25 % from 18:01:00 to 18:07:00 UTC, above 1.5 %."
    )


def test_firing_of_health_checks_counts_the_failures() -> None:
    (firing,) = firings(checks(".xxxxx"), POLICY)

    assert (firing.fired_at, firing.sentence) == (
        at(120),
        "5 health checks failed in a row from 18:00:30 to 18:02:30 UTC, more than 3.",
    )


def test_gap_is_shown() -> None:
    found = reading(errors((0, "9"), (60, "9"), (121, "9")), ERRORS)

    assert [(g.starts_at, g.ends_at, g.seconds) for g in found.gaps] == [(at(60), at(121), 61)]


def test_gap_of_one_metric_is_not_hidden_by_samples_of_another() -> None:
    samples = [*errors((0, "9"), (300, "9")), *latencies(*every(30, 300, "100"))]

    assert len(reading(samples, ERRORS).gaps) == 1
    assert firings(samples, POLICY) == ()


@pytest.mark.parametrize(
    ("pairs", "since"),
    [
        pytest.param([(0, "9"), (60, "9")], at(0), id="still above"),
        pytest.param([(0, "9"), (60, "1")], None, id="no longer"),
        pytest.param([(0, "9"), (90, "9")], at(90), id="anew after a gap"),
        pytest.param([], None, id="never sampled"),
    ],
)
def test_reading_tells_since_when_it_is_above(
    pairs: list[tuple[float, str]], since: datetime | None
) -> None:
    assert reading(errors(*pairs), ERRORS).breaching_since == since


def test_figures_are_those_of_the_policy() -> None:
    other = policy(
        error_rate_maximum_percent=Decimal(10),
        trigger_sustained_seconds=600,
        health_failures_maximum=5,
    )
    samples = [*errors(*every(60, 300, "9.9")), *checks("xxxxx")]

    assert len(firings(samples, POLICY)) == 2
    assert firings(samples, other) == ()


VALUES = st.sampled_from([None, Decimal("0.1"), Decimal("1.5"), Decimal("1.501"), Decimal(40)])
SAMPLES = st.lists(
    st.builds(
        SampleFacts,
        taken_at=st.integers(0, 40).map(lambda n: at(n * 20)),
        error_rate_percent=VALUES,
        is_healthy=st.sampled_from([None, True, False]),
    ),
    max_size=50,
)


@settings(max_examples=150)
@given(SAMPLES, st.randoms(use_true_random=False))
def test_order_and_repetition_of_samples_do_not_matter(
    samples: list[SampleFacts], random: Random
) -> None:
    again = [*samples, *samples[: len(samples) // 2]]
    random.shuffle(again)

    assert readings(again, POLICY) == readings(samples, POLICY)


@settings(max_examples=150)
@given(SAMPLES)
def test_gap_never_counts_as_a_sustained_breach(samples: list[SampleFacts]) -> None:
    for firing in firings(samples, POLICY):
        if firing.trigger is HEALTH:
            continue
        moments = sorted(
            {
                sample.taken_at
                for sample in samples
                if sample.error_rate_percent is not None
                and firing.starts_at <= sample.taken_at <= firing.ends_at
            }
        )
        assert all((b - a).total_seconds() <= 60 for a, b in pairwise(moments))
        assert (firing.fired_at - firing.starts_at).total_seconds() >= 300


DENSE = st.lists(VALUES.filter(lambda value: value is not None), min_size=10, max_size=40)


@settings(max_examples=150)
@given(DENSE)
def test_sustained_breach_agrees_with_a_window_slid_over_the_samples(values: list[Decimal]) -> None:
    samples = errors(*[(30 * n, str(value)) for n, value in enumerate(values)])

    # 300 s at a sample every 30 s are eleven samples.
    expected = any(min(values[n : n + 11]) > Decimal("1.5") for n in range(len(values) - 10))

    assert bool(firings(samples, POLICY)) is expected
