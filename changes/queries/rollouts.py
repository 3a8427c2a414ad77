"""Rollouts under way, as far as they have come, and the days on which one may begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from changes.models import ChangeRequest, Deployment, Freeze, Rollback, RolloutHalt
from changes.queries.policies import approved_versions, reporting_date, version_on
from changes.queries.rollout_charts import MetricChart, chart_of
from changes.rules.facts import SampleFacts
from changes.rules.policy import Policy
from changes.rules.triggers import readings
from changes.rules.windows import DAYS
from changes.vocabulary import DeploymentOutcome, Environment

SHOWN_AFTER = timedelta(hours=1)
DAYS_AHEAD = 14
SHORTEST_SILENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Watched:
    """A rollout that runs, or that ended a little while ago."""

    deployment: Deployment
    stages: tuple[tuple[str, str], ...]
    charts: tuple[MetricChart, ...]
    halt: RolloutHalt | None
    rollback: Rollback | None

    @property
    def is_running(self) -> bool:
        return self.deployment.outcome == DeploymentOutcome.RUNNING


@dataclass(frozen=True)
class Day:
    """`hours` is empty where the window is closed all day; times are those of the policy."""

    on: date
    name: str
    hours: str
    asks_reason: bool
    freezes: tuple[Freeze, ...]
    planned: tuple[ChangeRequest, ...]


def watched_rollouts(at: datetime) -> list[Watched]:
    """Those to production, the newest first, in a fixed number of queries."""
    recent = Q(outcome=DeploymentOutcome.RUNNING) | Q(finished_at__gte=at - SHOWN_AFTER)
    found = (
        Deployment.objects.filter(recent, environment=Environment.PRODUCTION)
        .select_related("change__policy_version", "policy_version", "repository", "started_by")
        .select_related("rollback__call")
        .prefetch_related("stages", "halts", "samples")
        .order_by("-started_at", "-pk")
    )
    return [_watched(deployment, at) for deployment in found]


def calendar(at: datetime) -> list[Day]:
    """Today and the days after it, as the policies and freezes known now say."""
    versions = approved_versions()
    zone = ZoneInfo(version_on(reporting_date(at), versions).window_time_zone)
    today = at.astimezone(zone).date()
    end = datetime.combine(today + timedelta(days=DAYS_AHEAD), time(), zone)
    freezes = list(
        Freeze.objects.filter(starts_at__lt=end, ends_at__gt=at).prefetch_related("systems")
    )
    planned = list(
        ChangeRequest.objects.filter(planned_for__gte=at, planned_for__lt=end)
        .filter(deployments__isnull=True)
        .order_by("planned_for")
    )
    days = (today + timedelta(days=n) for n in range(DAYS_AHEAD))
    return [_day(on, zone, version_on(on, versions).as_policy(), freezes, planned) for on in days]


def _watched(deployment: Deployment, at: datetime) -> Watched:
    change = deployment.change
    version = (change.policy_version if change else None) or deployment.policy_version
    policy = version.as_policy()
    samples = [
        SampleFacts(s.taken_at, s.error_rate_percent, s.latency_p95_ms, s.is_healthy)
        for s in deployment.samples.all()
    ]
    until = _drawn_until(deployment, samples, at)
    charts = [chart_of(r, samples, deployment.started_at, until) for r in readings(samples, policy)]
    halts = [halt for halt in deployment.halts.all() if halt.resumed_at is None]
    return Watched(
        deployment=deployment,
        stages=_stages(deployment, policy),
        charts=tuple(charts),
        halt=halts[0] if halts else None,
        rollback=getattr(deployment, "rollback", None),
    )


def _drawn_until(deployment: Deployment, samples: list[SampleFacts], at: datetime) -> datetime:
    """Of a rollout that nobody watches any more, as much silence as there was to see before it."""
    newest = max((sample.taken_at for sample in samples), default=deployment.started_at)
    if deployment.finished_at:
        return max(deployment.finished_at, newest)
    silence = max(newest - deployment.started_at, SHORTEST_SILENCE)
    return min(max(at, newest), newest + silence)


def _stages(deployment: Deployment, policy: Policy) -> tuple[tuple[str, str], ...]:
    """Each stage of the policy with how far it is: healthy, halted, running or waiting."""
    begun = {stage.name: stage.result or "running" for stage in deployment.stages.all()}
    return tuple((name, begun.get(name, "waiting")) for name in policy.rollout_stages)


def _day(
    on: date,
    zone: ZoneInfo,
    policy: Policy,
    freezes: Sequence[Freeze],
    planned: Sequence[ChangeRequest],
) -> Day:
    begins, ends = datetime.combine(on, time(), zone), datetime.combine(on, time.max, zone)
    is_open = on.isoweekday() in (*policy.window_days, *policy.window_reason_days)
    return Day(
        on=on,
        name=DAYS[on.weekday()],
        hours=f"{policy.window_opens:%H:%M} to {policy.window_closes:%H:%M}" if is_open else "",
        asks_reason=on.isoweekday() in policy.window_reason_days,
        freezes=tuple(f for f in freezes if f.starts_at <= ends and f.ends_at > begins),
        planned=tuple(c for c in planned if c.planned_for and begins <= c.planned_for <= ends),
    )
