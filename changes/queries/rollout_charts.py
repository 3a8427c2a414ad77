"""A metric of a rollout as plain geometry: samples in, points and spans out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from changes.rules.facts import SampleFacts
from changes.rules.triggers import NAMES, UNITS, Reading
from changes.vocabulary import RollbackTrigger

WIDTH, HEIGHT = 640.0, 120.0
COLUMNS = {
    RollbackTrigger.ERROR_RATE: "error_rate_percent",
    RollbackTrigger.LATENCY: "latency_p95_ms",
}
Place = Callable[[datetime], float]


@dataclass(frozen=True)
class Span:
    """A stretch of time on the chart."""

    x: float
    width: float


@dataclass(frozen=True)
class MetricChart:
    """`lines` are the points of each stretch without a gap; `marks` are health checks, each with
    whether it passed. `said` tells the same in words.
    """

    name: str
    said: str
    lines: tuple[str, ...]
    marks: tuple[tuple[float, bool], ...]
    limit_y: float | None
    limit_text: str
    breaches: tuple[Span, ...]
    gaps: tuple[Span, ...]
    has_fired: bool
    is_breaching: bool


def chart_of(
    reading: Reading, samples: Sequence[SampleFacts], begun: datetime, until: datetime
) -> MetricChart:
    """From the start of the rollout to `until`, which is after every sample."""
    seconds = max((until - begun).total_seconds(), 60.0)

    def x_of(at: datetime) -> float:
        return round(WIDTH * min(max((at - begun).total_seconds() / seconds, 0), 1), 1)

    breaches = [(firing.starts_at, firing.ends_at) for firing in reading.firings]
    if reading.breaching_since and reading.latest_at:
        breaches.append((reading.breaching_since, reading.latest_at))
    is_health = reading.trigger is RollbackTrigger.HEALTH_CHECK
    values = [] if is_health else _values(reading, samples)
    top = max([reading.limit * 2, *(value for _, value in values)]) * Decimal("1.05")
    points = [(at, x_of(at), _y(value, top)) for at, value in values]
    return MetricChart(
        name=NAMES[reading.trigger],
        said=_said(reading),
        lines=tuple(_lines(points, {gap.ends_at for gap in reading.gaps})),
        marks=tuple(
            (x_of(s.taken_at), s.is_healthy)
            for s in samples
            if is_health and s.is_healthy is not None
        ),
        limit_y=None if is_health else _y(reading.limit, top),
        limit_text=f"{reading.limit.normalize():f}{UNITS.get(reading.trigger, ' in a row')}",
        breaches=tuple(_spans(sorted(set(breaches)), x_of)),
        gaps=tuple(_spans([(gap.starts_at, gap.ends_at) for gap in reading.gaps], x_of)),
        has_fired=bool(reading.firings),
        is_breaching=reading.breaching_since is not None,
    )


def _values(reading: Reading, samples: Sequence[SampleFacts]) -> list[tuple[datetime, Decimal]]:
    column = COLUMNS[reading.trigger]
    found = ((sample.taken_at, getattr(sample, column)) for sample in samples)
    return [(at, value) for at, value in found if value is not None]


def _y(value: Decimal, top: Decimal) -> float:
    return round(HEIGHT - HEIGHT * float(value / top), 1) if top else HEIGHT


def _lines(points: Sequence[tuple[datetime, float, float]], after_gap: set[datetime]) -> list[str]:
    """A gap is left open: what was not seen is not drawn."""
    lines: list[list[str]] = []
    for at, x, y in points:
        if not lines or at in after_gap:
            lines.append([])
        lines[-1].append(f"{x},{y}")
    return [" ".join(line) for line in lines]


def _spans(
    spans: Sequence[tuple[datetime, datetime]], x_of: Callable[[datetime], float]
) -> list[Span]:
    ends = [(x_of(start), x_of(end)) for start, end in spans]
    return [Span(start, max(round(end - start, 1), 2.0)) for start, end in ends]


def _said(reading: Reading) -> str:
    if reading.latest is None or reading.latest_at is None:
        return "never sampled"
    if reading.trigger is RollbackTrigger.HEALTH_CHECK:
        latest = "failed" if reading.latest else "passed"
    else:
        latest = f"{reading.latest.normalize():f}{UNITS[reading.trigger]}"
    parts = [f"{latest} at {reading.latest_at:%H:%M:%S} UTC"]
    if reading.firings:
        parts.append(f"fired at {reading.firings[0].fired_at:%H:%M:%S} UTC")
    elif reading.breaching_since:
        parts.append(f"breached since {reading.breaching_since:%H:%M:%S} UTC")
    if reading.gaps:
        parts.append(f"{len(reading.gaps)} gap{'s' if len(reading.gaps) > 1 else ''}")
    return ", ".join(parts)
