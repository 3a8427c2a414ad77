"""Alerts of the monitoring, tied to the deployment during which they fired. One that fires while
its deployment runs is a rollback trigger like those on samples.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from changes import clock
from changes.announcements import Announcement, announce
from changes.intake.hosts.notices import AlertNotice
from changes.keys import parse_key
from changes.models import Alert, Deployment
from changes.vocabulary import DeploymentOutcome, Environment, RollbackTrigger
from changes.workflow.rollout_steps import held
from changes.workflow.steps import check_time
from changes.workflow.triggers import answer

# Older ones were looked at often enough.
UNTIED_LOOKED_AT = 200


def record_alert(notice: AlertNotice) -> str:
    """The same alert again, and its end, are the same row."""
    if notice.starts_at is None:
        return "An alert without a start is not recorded."
    check_time(notice.starts_at)
    alert, is_new = Alert.objects.get_or_create(
        fingerprint=_fingerprint(notice),
        starts_at=notice.starts_at,
        defaults={
            "name": notice.name[:200] or "(no name)",
            "trigger": notice.trigger.value if notice.trigger else "",
            "labels": dict(notice.labels),
            "summary": notice.annotations.get("summary", ""),
            "annotations": dict(notice.annotations),
        },
    )
    is_told_firing = not _is_over(notice) and not alert.was_firing
    ends_at = _end_of(notice)
    has_ended = ends_at is not None and (alert.ends_at is None or ends_at > alert.ends_at)
    alert.was_firing |= is_told_firing
    alert.ends_at = ends_at if has_ended else alert.ends_at
    if is_new or is_told_firing or has_ended:
        alert.save()
        kind, at = ("ended", ends_at) if has_ended else ("fired", alert.starts_at)
        announce(Announcement(f"alert.{kind}", alert, at or alert.starts_at))
    _tie(alert)
    return _why_no_rollback(alert)


def settle_alerts() -> None:
    """Those that fired before their deployment was known."""
    for alert in Alert.objects.filter(deployment=None).order_by("-pk")[:UNTIED_LOOKED_AT]:
        _tie(alert)


def _tie(alert: Alert) -> None:
    """Of deployments that are told later, one may be nearer: it then belongs to that one."""
    deployment = _deployment_of(alert)
    if deployment is None:
        return
    if deployment.pk != alert.deployment_id:
        alert.deployment = deployment
        alert.save()
        announce(Announcement("alert.tied", alert, alert.starts_at, change=deployment.change))
    if alert.was_firing and deployment.outcome == DeploymentOutcome.RUNNING:
        _fire(alert, deployment)


@dataclass(frozen=True)
class FiredAlert:
    """An alert, as what fired. Its span ends where it is known to: when it was told, or its end."""

    alert: Alert
    ends_at: datetime
    trigger: RollbackTrigger = RollbackTrigger.ALERT

    @property
    def starts_at(self) -> datetime:
        return self.alert.starts_at

    @property
    def fired_at(self) -> datetime:
        return self.alert.starts_at

    @property
    def sentence(self) -> str:
        said = f": {self.alert.summary.strip()}" if self.alert.summary.strip() else "."
        return f"The alert {self.alert.name} fired at {self.starts_at:%H:%M:%S} UTC{said}"

    @property
    def observed(self) -> dict[str, Any]:
        return {
            "alert": self.alert.name,
            "fingerprint": self.alert.fingerprint,
            "metric": self.alert.trigger or RollbackTrigger.ALERT.value,
            "labels": _pairs(self.alert.labels),
            "span_starts_at": self.starts_at.isoformat(),
            "span_ends_at": self.ends_at.isoformat(),
        }


def _fire(alert: Alert, deployment: Deployment) -> None:
    """Once for a deployment, also where it is told twice at a time: both rows are held."""
    change, held_deployment = held(deployment)
    held_alert = (
        Alert.objects.select_for_update(of=("self",)).select_related("firing").get(pk=alert.pk)
    )
    has_fired = held_alert.firing and held_alert.firing.deployment_id == deployment.pk
    if has_fired or held_deployment.outcome != DeploymentOutcome.RUNNING:
        return
    fired = FiredAlert(held_alert, held_alert.ends_at or clock.now())
    held_alert.firing = answer(change, held_deployment, [fired])[0]
    held_alert.save()
    alert.firing = held_alert.firing
    announce(Announcement("alert.answered", held_alert, alert.starts_at, change=change))


def _why_no_rollback(alert: Alert) -> str:
    if alert.firing_id or not alert.was_firing:
        return ""
    if alert.deployment is None:
        return f"'{alert.name}' names no deployment that had begun: it is kept."
    return f"'{alert.name}' belongs to a deployment that is over: it is kept."


def _pairs(texts: dict[str, str]) -> list[str]:
    return [f"{name}={text}" for name, text in sorted(texts.items())]


def _deployment_of(alert: Alert) -> Deployment | None:
    """The latest to production that had begun when it fired, of what its labels name: a change,
    a revision, a repository or a system. Without such a label it belongs to none.
    """
    labels = alert.labels
    begun = Deployment.objects.filter(
        environment=Environment.PRODUCTION, started_at__lte=alert.starts_at
    ).order_by("-started_at", "external_id")
    if number := parse_key(labels.get("change", "")):
        return begun.filter(change__number=number).first()
    if revision := labels.get("revision"):
        return begun.filter(revision=revision.lower()).first()
    if name := labels.get("repository"):
        return begun.filter(repository__name=name).first()
    if slug := labels.get("system") or labels.get("service"):
        return begun.filter(change__systems__slug=slug).first()
    return None


def _end_of(notice: AlertNotice) -> datetime | None:
    """While it fires, its end is only how long it is believed without news."""
    if not (_is_over(notice) and notice.ends_at and notice.starts_at):
        return None
    return notice.ends_at if notice.ends_at >= notice.starts_at else None


def _is_over(notice: AlertNotice) -> bool:
    return (notice.status or notice.group_status) == "resolved"


def _fingerprint(notice: AlertNotice) -> str:
    """Older versions send none: the labels, which it is made from, stand for it."""
    labels = json.dumps(dict(notice.labels), sort_keys=True)
    return (notice.fingerprint or hashlib.sha256(labels.encode()).hexdigest())[:64]
