"""Alerts of the monitoring, tied to the deployment during which they fired."""

import hashlib
import json
from datetime import datetime

from changes.announcements import Announcement, announce
from changes.intake.hosts.notices import AlertNotice
from changes.keys import parse_key
from changes.models import Alert, Deployment
from changes.vocabulary import Environment
from changes.workflow.steps import check_time

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
        },
    )
    ends_at = _end_of(notice)
    if ends_at and (alert.ends_at is None or ends_at > alert.ends_at):
        alert.ends_at = ends_at
        alert.save()
        announce(Announcement("alert.ended", alert, ends_at))
    elif is_new:
        announce(Announcement("alert.fired", alert, alert.starts_at))
    _tie(alert)
    return "" if alert.trigger else f"'{alert.name}' is no rollback trigger that the policy knows."


def settle_alerts() -> None:
    """Those that fired before their deployment was known."""
    for alert in Alert.objects.filter(deployment=None).order_by("-pk")[:UNTIED_LOOKED_AT]:
        _tie(alert)


def _tie(alert: Alert) -> None:
    deployment = _deployment_of(alert)
    if deployment is None or deployment.pk == alert.deployment_id:
        return
    alert.deployment = deployment
    alert.save()
    announce(Announcement("alert.tied", alert, alert.starts_at, change=deployment.change))


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
    is_over = (notice.status or notice.group_status) == "resolved"
    if not (is_over and notice.ends_at and notice.starts_at):
        return None
    return notice.ends_at if notice.ends_at >= notice.starts_at else None


def _fingerprint(notice: AlertNotice) -> str:
    """Older versions send none: the labels, which it is made from, stand for it."""
    labels = json.dumps(dict(notice.labels), sort_keys=True)
    return (notice.fingerprint or hashlib.sha256(labels.encode()).hexdigest())[:64]
