"""What a dossier shows beside what the rules look at, for a chunk of changes at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from changes.models import ChangeRequest, HealthSample, PipelineRun
from changes.queries.record import revisions_of_all
from changes.vocabulary import Environment
from evidence.ledger.canonical import sha256_hex
from evidence.ledger.merkle import leaf_hash
from evidence.models import Event
from evidence.queries.late import late_rule

# What comes in numbers and stands in a table of its own is told as one line.
MANY = ("sample.taken", "run.recorded", "gate_result.recorded", "commit.recorded")


@dataclass(frozen=True)
class Beside:
    """Runs by revision, samples by deployment, events and the last one by number of the change."""

    runs: dict[str, list[PipelineRun]]
    samples: dict[int, dict[str, Any]]
    events: dict[int, list[dict[str, Any]]]
    last_events: dict[int, dict[str, str]]


def with_learning(changes: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
    return changes.select_related(
        "post_mortem__written_by",
        "post_mortem__approved_by",
        "post_incident_review__reviewed_by",
    ).prefetch_related("post_mortem__action_items__owner", "documents", "evidence_items")


def beside(changes: Sequence[ChangeRequest]) -> Beside:
    return Beside(_runs(changes), _samples(changes), _events(changes), _last_events(changes))


def _runs(changes: Sequence[ChangeRequest]) -> dict[str, list[PipelineRun]]:
    found: dict[str, list[PipelineRun]] = defaultdict(list)
    runs = PipelineRun.objects.filter(revision__in=revisions_of_all(changes))
    for run in runs.select_related("repository"):
        found[run.revision].append(run)
    return found


def _samples(changes: Sequence[ChangeRequest]) -> dict[int, dict[str, Any]]:
    """Two thousand samples are told by their number, their span and their worst values."""
    rows = (
        HealthSample.objects.filter(
            deployment__change__in=changes, deployment__environment=Environment.PRODUCTION
        )
        .order_by("deployment")
        .values("deployment")
        .annotate(
            count=Count("pk"),
            first_at=Min("taken_at"),
            last_at=Max("taken_at"),
            error_rate_percent=Max("error_rate_percent"),
            latency_p95_ms=Max("latency_p95_ms"),
            unhealthy=Count("pk", filter=Q(is_healthy=False)),
        )
    )
    return {row["deployment"]: _sampled(row) for row in rows}


def _sampled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "deployment"}


def _events(changes: Sequence[ChangeRequest]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    numbers, rule = [change.number for change in changes], late_rule()
    for event in (
        Event.objects.filter(change_number__in=numbers)
        .order_by("received_at", "occurred_at", "type", "record", "pk")
        .defer("canonical")
        .iterator()
    ):
        events = found[event.change_number or 0]
        if event.type in MANY and events and events[-1]["type"] == event.type:
            _joined(events[-1], event)
        else:
            events.append({**_event(event), "late": rule.is_late(event)})
    return found


def _last_events(changes: Sequence[ChangeRequest]) -> dict[int, dict[str, str]]:
    """In the order of the log, by what proves it there."""
    numbers = [change.number for change in changes]
    rows = Event.objects.filter(change_number__in=numbers).order_by("received_at", "id")
    last = {number: key for number, key in rows.values_list("change_number", "pk") if number}
    canonical = dict(Event.objects.filter(pk__in=last.values()).values_list("pk", "canonical"))
    return {
        number: {"id": str(key), "leaf": leaf_hash(bytes(canonical[key])).hex()}
        for number, key in last.items()
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "type": event.type,
        "record": event.record,
        "sha256": event.record_sha256,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "count": 1,
    }


def _joined(before: dict[str, Any], event: Event) -> None:
    """One line for several of a kind: its digest is the chain of theirs."""
    before["count"] += 1
    before["received_at"] = event.received_at
    before["sha256"] = sha256_hex(f"{before['sha256']}{event.record_sha256}".encode())
