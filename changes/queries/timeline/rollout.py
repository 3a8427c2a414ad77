"""Deployments with their stages, verifications and rollbacks; what was learnt after."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

from changes.models import ChangeRequest, Deployment, Rollback
from changes.queries.observed import observed_words
from changes.queries.timeline.moment import Moment
from changes.vocabulary import StageResult, VerificationKind, label


def rollout_moments(deployment: Deployment) -> Iterator[Moment]:
    yield Moment(
        deployment.started_at,
        "deploying",
        "Deployment to production started",
        deployment.started_by,
        deployment.revision,
    )
    for stage in deployment.stages.all():
        share = stage.name if not stage.name.isdigit() else f"{stage.name} %"
        ended = f"{label(stage.result)} after {_span(stage.started_at, stage.ended_at)}"
        is_halted = stage.result == StageResult.HALTED
        yield Moment(
            stage.started_at,
            "halted" if is_halted else "stage",
            f"Stage {share}",
            stage.observer,
            lines=(ended if stage.ended_at else "running",),
        )
    yield from _halts(deployment)
    for verification in deployment.verifications.all():
        said = "KPI" if verification.kind == VerificationKind.KPI else label(verification.kind)
        has_passed = "passed" if verification.has_passed else "failed"
        yield Moment(
            verification.recorded_at,
            has_passed,
            f"Verification, {said}: {has_passed}",
            verification.recorded_by,
            lines=(_listed(verification.details),),
        )
    yield from _end(deployment)


def _end(deployment: Deployment) -> Iterator[Moment]:
    rollback = getattr(deployment, "rollback", None)
    if rollback:
        is_open = rollback.finished_at is None
        yield Moment(
            rollback.started_at,
            "halted" if is_open else "rolled_back",
            f"{'Rollback opened' if is_open else 'Rolled back'} ({label(rollback.trigger)})",
            rollback.started_by,
            lines=(rollback.reason, _joined(observed_words(rollback.observed))),
        )
        yield from _steps(rollback)
    elif deployment.finished_at:
        yield Moment(deployment.finished_at, deployment.outcome, f"Rollout {deployment.outcome}")


def _steps(rollback: Rollback) -> Iterator[Moment]:
    """Each with what its command put out, as far as a line of the story holds it."""
    for step in rollback.steps.all():
        what = f"Rollback step {step.ordinal} confirmed: {step.command or step.title}"
        yield Moment(step.confirmed_at, "done", what, step.confirmed_by, lines=(step.output,))


def alert_moments(deployment: Deployment) -> Iterator[Moment]:
    for alert in deployment.alerts.all():
        metric = f" ({label(alert.trigger)})" if alert.trigger else ""
        what = f"Rollback trigger fired{metric}" if alert.firing_id else f"Alert{metric}"
        until = f"until {alert.ends_at:%H:%M:%S}" if alert.ends_at else "still firing"
        yield Moment(
            alert.starts_at, "alert", f"{what}: {alert.name}", lines=(alert.summary, until)
        )


def _halts(deployment: Deployment) -> Iterator[Moment]:
    for halt in deployment.halts.all():
        yield Moment(
            halt.halted_at, "halted", "Rollout halted", halt.halted_by, lines=(halt.reason,)
        )
        if halt.resumed_at:
            yield Moment(halt.resumed_at, "stage", "Rollout resumed", halt.resumed_by)


def learning_moments(change: ChangeRequest) -> Iterator[Moment]:
    by_time = groupby(change.documents.order_by("recorded_at"), lambda d: d.recorded_at)
    for at, documents in by_time:
        kinds = ", ".join(label(document.kind) for document in documents)
        yield Moment(at, "document", f"Documentation declared: {kinds}")
    post_mortem = getattr(change, "post_mortem", None)
    if post_mortem:
        yield Moment(
            post_mortem.opened_at, "post_mortem", "Post-mortem opened", lines=(post_mortem.reason,)
        )
        if post_mortem.approved_at:
            yield Moment(
                post_mortem.approved_at,
                "approved",
                "Post-mortem approved",
                post_mortem.approved_by,
            )
    review = getattr(change, "post_incident_review", None)
    if review and review.held_at:
        yield Moment(
            review.held_at,
            "reviewed",
            "Post-incident review held",
            review.reviewed_by,
            lines=(review.findings,),
        )


def _span(start: datetime, end: datetime | None) -> str:
    minutes = int((end - start).total_seconds() // 60) if end else 0
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _listed(values: Mapping[str, object]) -> str:
    return _joined((label(name), _said(value)) for name, value in values.items())


def _joined(words: Iterable[tuple[str, str]]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in words)


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
