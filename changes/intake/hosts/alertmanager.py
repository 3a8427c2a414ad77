"""Alertmanager: a bearer token. A group of alerts is known by the digest of its body."""

from collections.abc import Mapping, Sequence

from changes.intake.hosts.fields import Fields, host_of
from changes.intake.hosts.notices import AlertNotice, Notice, RepositoryName
from changes.intake.hosts.provider import Headers, Payload, Provider, same_text
from changes.vocabulary import RollbackTrigger

# A label `trigger` says it; else the name of the alert does, where it names one of the three.
_NAMED = {
    RollbackTrigger.ERROR_RATE: ("errorrate", "5xx", "errorratio"),
    RollbackTrigger.LATENCY: ("latency", "p95", "slow"),
    RollbackTrigger.HEALTH_CHECK: ("health", "probe", "down", "unavailable"),
}


def proof(headers: Headers, body: bytes, secret: bytes) -> bool:
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    return same_text(given.strip(), secret) and scheme.lower() == "bearer"


def delivery_id(headers: Headers, payload: Payload, body_sha256: str) -> str:
    return body_sha256


def event(headers: Headers, payload: Payload) -> str:
    return "alerts"


def read(event: str, payload: Payload) -> Sequence[Notice] | None:
    group = Fields(payload)
    group.text("status")
    if not group.has("alerts"):
        group.object("alerts")
    return [alert_of(alert, group) for alert in group.objects("alerts")]


def alert_of(alert: Fields, group: Fields) -> AlertNotice:
    """An alert without a status of its own has that of its group."""
    labels = {**_texts(group, "commonLabels"), **_texts(alert, "labels")}
    starts_at = alert.instant("startsAt")
    source = labels.get("repository", "")
    return AlertNotice(
        repository=RepositoryName(host_of(f"https://{source}", ""), source),
        action=group.text("status"),
        name=labels.get("alertname", ""),
        status=alert.maybe_text("status"),
        fingerprint=alert.maybe_text("fingerprint"),
        starts_at=starts_at,
        starts_at_text=alert.text("startsAt"),
        ends_at=alert.maybe_instant("endsAt"),
        labels=labels,
        annotations={**_texts(group, "commonAnnotations"), **_texts(alert, "annotations")},
        trigger=trigger_of(labels),
        receiver=group.maybe_text("receiver") or "",
        group_status=group.text("status"),
        group_key=group.maybe_text("groupKey"),
        version=group.maybe_text("version"),
    )


def trigger_of(labels: Mapping[str, str]) -> RollbackTrigger | None:
    stated = labels.get("trigger", "")
    if stated in {trigger.value for trigger in _NAMED}:
        return RollbackTrigger(stated)
    name = "".join(c for c in labels.get("alertname", "").lower() if c.isalnum())
    return next((t for t, words in _NAMED.items() if any(w in name for w in words)), None)


def _texts(fields: Fields, key: str) -> dict[str, str]:
    inner = fields.maybe_object(key)
    return {name: inner.text(name) for name in inner.values if inner.has(name)} if inner else {}


PROVIDER = Provider("alertmanager", "ALERTMANAGER_TOKENS", proof, delivery_id, event, read)
