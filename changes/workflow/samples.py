"""Health samples as they come in, one by one or in bulk, in any order and more than once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from changes import clock
from changes.announcements import Announcement, announce_all
from changes.models import Deployment, HealthSample, Person
from changes.states import Action
from changes.vocabulary import DeploymentOutcome
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.rollout_steps import begin_step, held
from changes.workflow.steps import EARLIEST_YEAR
from changes.workflow.triggers import evaluate

MEASURES = {
    "error_rate_percent": (Decimal(100), "An error rate is 0 to 100 percent"),
    "latency_p95_ms": (Decimal(10_000_000), "A latency is 0 to 10,000,000 milliseconds"),
}
# Rounded up at the last place kept: what is above a limit stays above it.
KEPT = Decimal("0.000001")


@dataclass(frozen=True)
class NewSample:
    """What monitoring saw: percent of requests, milliseconds, a health check. Numbers as they
    were sent; what is None was not measured.
    """

    taken_at: datetime
    error_rate_percent: Decimal | float | str | None = None
    latency_p95_ms: Decimal | float | str | None = None
    is_healthy: bool | None = None


def record_sample(*, deployment: Deployment, **values: Any) -> HealthSample:
    """One sample; see `NewSample`."""
    return record_samples(deployment=deployment, samples=[NewSample(**values)])[0]


@transaction.atomic
def record_sample_by_hand(
    *, deployment: Deployment, actor: Person, at: datetime, **values: Any
) -> HealthSample:
    """What a person read off at this moment, while the rollout runs."""
    _, deployment = begin_step(deployment, Action.RECORD_SAMPLES, actor, at)
    return record_sample(deployment=deployment, taken_at=at, **values)


@transaction.atomic
def record_samples(*, deployment: Deployment, samples: Iterable[NewSample]) -> list[HealthSample]:
    """All of them or, where one is wrong, none: the refusal names each by its place, from 0.
    A moment that was sampled before keeps the values that came first. Refused once the rollout
    has ended. Triggers are evaluated on all samples that are there now.
    """
    samples = list(samples)
    change, deployment = held(deployment)
    if deployment.outcome != DeploymentOutcome.RUNNING:
        raise NotNow(f"{deployment} has {_ended(deployment)}: no sample is added to it.")
    rows = _rows(deployment, samples)
    known = {s.taken_at: s for s in deployment.samples.filter(taken_at__in=list(rows))}
    new = [row for at, row in sorted(rows.items()) if at not in known]
    for row in new:
        row.save(force_insert=True)
        known[row.taken_at] = row
    announce_all(
        Announcement("sample.taken", row, row.taken_at, None, deployment.change) for row in new
    )
    if new:
        evaluate(change, deployment)
    return [known[sample.taken_at] for sample in samples]


def _rows(deployment: Deployment, samples: list[NewSample]) -> dict[datetime, HealthSample]:
    rows: dict[datetime, HealthSample] = {}
    problems: dict[str, str] = {}
    for place, sample in enumerate(samples):
        found = _problems(deployment, sample)
        where = f"samples.{place}." if len(samples) > 1 else ""
        problems |= {where + name: sentence for name, sentence in found.items()}
        if not found:
            rows.setdefault(sample.taken_at, _row(deployment, sample))
    if problems:
        raise Invalid(problems)
    return rows


def _problems(deployment: Deployment, sample: NewSample) -> dict[str, str]:
    problems = {n: s for n in MEASURES if (s := _problem_of(n, getattr(sample, n)))}
    if wrong := _wrong_time(deployment, sample.taken_at):
        problems["taken_at"] = wrong
    if sample.is_healthy not in (None, True, False):
        problems["is_healthy"] = "A health check is true or false."
    if all(getattr(sample, name) is None for name in (*MEASURES, "is_healthy")):
        problems["error_rate_percent"] = (
            "A sample says something: an error rate, a latency or a health check."
        )
    return problems


def _wrong_time(deployment: Deployment, at: datetime) -> str:
    """Senders tell whole seconds: within the second of its start a sample belongs to it."""
    if at.tzinfo is None:
        return f"{at} has no time zone: add Z or an offset."
    if at > clock.now():
        return f"{at.isoformat()} is in the future."
    if at.year < EARLIEST_YEAR or at < deployment.started_at.replace(microsecond=0):
        return "The sample is older than its deployment."
    return ""


def _problem_of(name: str, value: Any) -> str:
    maximum, expected = MEASURES[name]
    if value is None:
        return ""
    number = _number(value)
    if number is None or not 0 <= number <= maximum:
        return f"{expected}, not {str(value)[:40]}."
    return ""


def _row(deployment: Deployment, sample: NewSample) -> HealthSample:
    values = {n: _kept(_number(getattr(sample, n))) for n in MEASURES}
    return HealthSample(
        deployment=deployment,
        taken_at=sample.taken_at,
        is_healthy=sample.is_healthy,
        **values,
    )


def _number(value: Any) -> Decimal | None:
    """None for what is no number: a boolean, NaN, an infinity, a word."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _kept(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(KEPT, ROUND_CEILING)


def _ended(deployment: Deployment) -> str:
    return deployment.outcome.replace("rolled_back", "been rolled back")
