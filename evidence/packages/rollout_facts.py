"""Deployments of a change, their stages, samples, verifications and rollback as plain values."""

from typing import Any

from changes.models import ChangeRequest, Deployment, RolloutStage, Verification
from changes.queries.observed import observed_words
from evidence.packages.plain import pairs

Facts = dict[str, Any]


def deployments_of(change: ChangeRequest, samples: dict[int, Facts]) -> list[Facts]:
    return [_deployment(d, samples.get(d.pk)) for d in change.deployments.all()]


def _deployment(deployment: Deployment, samples: Facts | None) -> Facts:
    return {
        "revision": deployment.revision,
        "artifact_digest": deployment.artifact_digest,
        "repository": deployment.repository.name if deployment.repository else "",
        "started_by": deployment.started_by.name if deployment.started_by else "",
        "started_at": deployment.started_at,
        "finished_at": deployment.finished_at,
        "outcome": deployment.outcome,
        "policy": deployment.policy_version.version,
        "stages": [_stage(stage) for stage in deployment.stages.all()],
        "samples": samples,
        "verifications": [_verification(v) for v in deployment.verifications.all()],
        "rollback": _rollback(deployment),
    }


def _stage(stage: RolloutStage) -> Facts:
    return {
        "name": stage.name,
        "observer": stage.observer.name if stage.observer else "",
        "started_at": stage.started_at,
        "ended_at": stage.ended_at,
        "result": stage.result,
    }


def _verification(verification: Verification) -> Facts:
    return {
        "kind": verification.kind,
        "has_passed": verification.has_passed,
        "details": pairs(verification.details),
        "recorded_by": verification.recorded_by.name if verification.recorded_by else "",
        "at": verification.recorded_at,
    }


def _rollback(deployment: Deployment) -> Facts | None:
    found = getattr(deployment, "rollback", None)
    if found is None:
        return None
    return {
        "trigger": found.trigger,
        "reason": found.reason,
        "observed": [list(words) for words in observed_words(found.observed)],
        "started_at": found.started_at,
        "finished_at": found.finished_at,
    }
