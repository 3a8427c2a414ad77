"""Rollback triggers: what health samples show against the policy's limits.

Error rate and P95 latency fire when every sample of a span of at least the sustained time is
strictly above the limit. A sample at the limit ends the span, and so does a gap between samples
that is longer than the sampling allowance: what was not seen never counts as a breach. Health
checks fire at the first failure beyond the allowed number in a row; a gap does not end that row,
for it is the checks that are counted and not the time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from changes.rules.facts import SampleFacts
from changes.rules.policy import Policy
from changes.vocabulary import RollbackTrigger

SUSTAINED = (RollbackTrigger.ERROR_RATE, RollbackTrigger.LATENCY)
MEASURED = (*SUSTAINED, RollbackTrigger.HEALTH_CHECK)
NAMES = {
    RollbackTrigger.ERROR_RATE: "Error rate",
    RollbackTrigger.LATENCY: "P95 latency",
    RollbackTrigger.HEALTH_CHECK: "Health check",
}
UNITS = {RollbackTrigger.ERROR_RATE: " %", RollbackTrigger.LATENCY: " ms"}
NO_GAP = 10**9

Point = tuple[datetime, Decimal]


@dataclass(frozen=True)
class Gap:
    """Two neighbouring samples of a metric, further apart than the sampling allowance."""

    starts_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds()


@dataclass(frozen=True)
class Firing:
    """A trigger that fired. `fired_at` is the sample with which the breach was sustained;
    the span ends with the last sample above the limit. Of health checks `values` counts the
    failures in a row; of the others it holds the value of every sample of the span.
    """

    trigger: RollbackTrigger
    fired_at: datetime
    starts_at: datetime
    ends_at: datetime
    values: tuple[Decimal, ...]
    limit: Decimal

    @property
    def sentence(self) -> str:
        span = f"from {self.starts_at:%H:%M:%S} to {self.ends_at:%H:%M:%S} UTC"
        if self.trigger is RollbackTrigger.HEALTH_CHECK:
            return f"{len(self.values)} health checks failed in a row {span}, {_limit(self)}."
        low, high = min(self.values), max(self.values)
        shown = _plain(low) if low == high else f"{_plain(low)} to {_plain(high)}"
        unit = UNITS[self.trigger]
        return f"{NAMES[self.trigger]} {shown}{unit} {span}, {_limit(self)}."

    @property
    def observed(self) -> dict[str, Any]:
        """As a record keeps it: plain JSON, numbers as text so that none is rounded."""
        return {
            "metric": self.trigger.value,
            "limit": _plain(self.limit),
            "values": [_plain(value) for value in self.values],
            "span_starts_at": self.starts_at.isoformat(),
            "span_ends_at": self.ends_at.isoformat(),
            "fired_at": self.fired_at.isoformat(),
        }


@dataclass(frozen=True)
class Reading:
    """One metric as far as its samples go. `breaching_since` is the start of a span that the
    newest sample still continues; `latest` is None where the metric was never sampled.
    """

    trigger: RollbackTrigger
    limit: Decimal
    count: int
    latest: Decimal | None
    latest_at: datetime | None
    breaching_since: datetime | None
    firings: tuple[Firing, ...]
    gaps: tuple[Gap, ...]


def readings(samples: Iterable[SampleFacts], policy: Policy) -> tuple[Reading, ...]:
    """Error rate, latency, health checks. Samples may come in any order, and more than once:
    of two that claim the same moment the worse counts.
    """
    samples = list(samples)
    return tuple(_reading(trigger, samples, policy) for trigger in MEASURED)


def firings(samples: Iterable[SampleFacts], policy: Policy) -> tuple[Firing, ...]:
    """Everything that fired, the earliest first."""
    fired = [firing for reading in readings(samples, policy) for firing in reading.firings]
    return tuple(sorted(fired, key=lambda firing: (firing.fired_at, firing.trigger.value)))


def across_gaps(samples: Iterable[SampleFacts], policy: Policy) -> tuple[Firing, ...]:
    """What would have fired if nothing had been different in the gaps, and did not fire.

    Never a breach: it says where one could have gone unseen.
    """
    seen = list(samples)
    blind = replace(policy, sampling_gap_maximum_seconds=NO_GAP)
    fired = {firing.trigger for firing in firings(seen, policy)}
    return tuple(f for f in firings(seen, blind) if f.trigger not in fired)


def limit_of(trigger: RollbackTrigger, policy: Policy) -> Decimal:
    """What may not be exceeded: percent, milliseconds, or failures in a row."""
    limits = {
        RollbackTrigger.ERROR_RATE: policy.error_rate_maximum_percent,
        RollbackTrigger.LATENCY: Decimal(policy.latency_p95_maximum_ms),
        RollbackTrigger.HEALTH_CHECK: Decimal(policy.health_failures_maximum),
    }
    return limits[trigger]


def _reading(trigger: RollbackTrigger, samples: Sequence[SampleFacts], policy: Policy) -> Reading:
    points, limit = _points(trigger, samples), limit_of(trigger, policy)
    gaps = _gaps(points, policy.sampling_gap_maximum_seconds)
    if trigger is RollbackTrigger.HEALTH_CHECK:
        spans, judge = _spans(points, Decimal(0), ()), _health_firing
    else:
        spans, judge = _spans(points, limit, gaps), _sustained_firing
    fired = tuple(f for span in spans if (f := judge(trigger, span, limit, policy)))
    is_open = bool(spans) and spans[-1][-1] == points[-1]
    return Reading(
        trigger=trigger,
        limit=limit,
        count=len(points),
        latest=points[-1][1] if points else None,
        latest_at=points[-1][0] if points else None,
        breaching_since=spans[-1][0][0] if is_open else None,
        firings=fired,
        gaps=gaps,
    )


def _points(trigger: RollbackTrigger, samples: Sequence[SampleFacts]) -> list[Point]:
    """The values of a metric in order of time; a failed health check is 1, a good one 0."""
    worst: dict[datetime, Decimal] = {}
    for sample in samples:
        value = _VALUES[trigger](sample)
        if value is not None:
            known = worst.get(sample.taken_at)
            worst[sample.taken_at] = value if known is None else max(known, value)
    return sorted(worst.items())


def _gaps(points: Sequence[Point], allowance: int) -> tuple[Gap, ...]:
    pairs = pairwise(points)
    return tuple(Gap(a, b) for (a, _), (b, _) in pairs if (b - a).total_seconds() > allowance)


def _spans(points: Sequence[Point], limit: Decimal, gaps: Sequence[Gap]) -> list[list[Point]]:
    """Runs of neighbouring samples above the limit, none of them across a gap."""
    after_gap = {gap.ends_at for gap in gaps}
    spans: list[list[Point]] = []
    was_above = False
    for at, value in points:
        is_above = value > limit
        if is_above and (not was_above or at in after_gap):
            spans.append([])
        if is_above:
            spans[-1].append((at, value))
        was_above = is_above
    return spans


def _sustained_firing(
    trigger: RollbackTrigger, span: list[Point], limit: Decimal, policy: Policy
) -> Firing | None:
    start = span[0][0]
    needed = policy.trigger_sustained_seconds
    fired = next((at for at, _ in span if (at - start).total_seconds() >= needed), None)
    return _firing(trigger, fired, span, limit) if fired else None


def _health_firing(
    trigger: RollbackTrigger, span: list[Point], limit: Decimal, policy: Policy
) -> Firing | None:
    allowed = policy.health_failures_maximum
    return _firing(trigger, span[allowed][0], span, limit) if len(span) > allowed else None


def _firing(
    trigger: RollbackTrigger, fired_at: datetime, span: list[Point], limit: Decimal
) -> Firing:
    values = tuple(value for _, value in span)
    return Firing(trigger, fired_at, span[0][0], span[-1][0], values, limit)


def _plain(value: Decimal) -> str:
    """Without the zeros that a column of the database adds."""
    return f"{value.normalize():f}"


def _limit(firing: Firing) -> str:
    if firing.trigger is RollbackTrigger.HEALTH_CHECK:
        return f"more than {firing.limit:f}"
    return f"above {firing.limit.normalize():f}{UNITS[firing.trigger]}"


def _health(sample: SampleFacts) -> Decimal | None:
    return None if sample.is_healthy is None else Decimal(not sample.is_healthy)


_VALUES: dict[RollbackTrigger, Callable[[SampleFacts], Decimal | None]] = {
    RollbackTrigger.ERROR_RATE: lambda sample: sample.error_rate_percent,
    RollbackTrigger.LATENCY: lambda sample: sample.latency_p95_ms,
    RollbackTrigger.HEALTH_CHECK: _health,
}
