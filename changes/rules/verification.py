"""Verification after the last stage: smoke tests, health checks, and a KPI within its tolerance."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from changes.rules.awaited import awaited
from changes.rules.facts import ChangeFacts, DeploymentFacts
from changes.rules.findings import Finding, failed, passed, unknown
from changes.rules.outcomes import VerificationFacts
from changes.rules.policy import Policy
from changes.rules.undeployed import not_deployed
from changes.vocabulary import DeploymentOutcome, VerificationKind, label

FIGURES = ("baseline", "value", "tolerance")
DIRECTIONS = ("higher", "lower")


def verified_after_deployment(facts: ChangeFacts, policy: Policy) -> Finding:
    """Smoke tests, health checks and a KPI, all recorded after the last stage and all passed.

    Until they are recorded, of a rollout that runs or succeeded, they are awaited.
    """
    rule = "verified_after_deployment"
    deployment = facts.last_deployment
    if deployment is None:
        return not_deployed(facts, rule)
    if deployment.failed_verifications:
        names = ", ".join(sorted(label(k) for k in deployment.failed_verifications))
        return failed(rule, f"Verification failed: {names}.")
    kpi = next((v for v in _latest(deployment) if v.kind is VerificationKind.KPI), None)
    if kpi and (problem := why_degraded(kpi.details)):
        return failed(rule, problem)
    if open_finding := _not_recorded(facts, rule, deployment):
        return open_finding
    if early := _too_early(deployment):
        return failed(rule, f"Recorded before the last stage had ended: {', '.join(early)}.")
    if kpi and (lack := _lacks(kpi.details)):
        return unknown(rule, f"The KPI does not say its {', '.join(lack)}.")
    return passed(rule, "Smoke tests, health checks and KPI passed.")


def _not_recorded(facts: ChangeFacts, rule: str, deployment: DeploymentFacts) -> Finding | None:
    """What is awaited of a rollout that runs or succeeded; too late of one that is over."""
    lacking = [label(k) for k in VerificationKind if k.value not in deployment.verified]
    if deployment.outcome == DeploymentOutcome.ROLLED_BACK and (lacking or _too_early(deployment)):
        return failed(rule, "It was rolled back before it was verified.")
    if lacking and deployment.outcome == DeploymentOutcome.FAILED:
        return failed(rule, f"The rollout failed without: {', '.join(lacking)}.")
    if not lacking:
        return None
    after = "after the last stage" if deployment.finished_at is None else "now"
    who = f"whoever deploys, or the deployment system, records it {after}"
    return awaited(facts, rule, f"Not recorded yet: {', '.join(lacking)}; {who}.")


def why_degraded(details: Mapping[str, Any]) -> str:
    """Why a KPI fails: worse than its baseline by more than the tolerance, in percent of the
    baseline, against its direction. Exactly at the tolerance is within it. Empty where it is
    not degraded, or where it lacks a figure.
    """
    baseline, value, tolerance = (_number(details.get(name)) for name in FIGURES)
    if baseline is None or value is None or tolerance is None or _lacks(details):
        return ""
    worse = baseline - value if direction_of(details) == "higher" else value - baseline
    if worse * 100 <= tolerance * abs(baseline):
        return ""
    shown = f"{details['name']} went from {baseline:f} to {value:f}"
    return f"The KPI is degraded: {shown}, beyond its tolerance of {tolerance:f} %."


def _latest(deployment: DeploymentFacts) -> list[VerificationFacts]:
    found = {v.kind: v for v in sorted(deployment.verifications, key=lambda v: v.recorded_at)}
    return list(found.values())


def _too_early(deployment: DeploymentFacts) -> list[str]:
    ended = _last_stage_ended(deployment)
    if ended is None:
        return []
    return [label(v.kind) for v in _latest(deployment) if v.recorded_at < ended]


def _last_stage_ended(deployment: DeploymentFacts) -> datetime | None:
    if deployment.outcome == DeploymentOutcome.ROLLED_BACK:
        return None
    ends = [stage.ended_at for stage in deployment.stage_records if stage.ended_at]
    return max(ends, default=None)


def _lacks(details: Mapping[str, Any]) -> list[str]:
    lacking = [name for name in FIGURES if _number(details.get(name)) is None]
    lacking += [] if str(details.get("name", "")).strip() else ["name"]
    return lacking + ([] if direction_of(details) else ["direction"])


def direction_of(details: Mapping[str, Any]) -> str:
    """`higher` or `lower`, however it goes on; empty where it says neither."""
    words = str(details.get("direction", "")).split()
    return words[0] if words and words[0] in DIRECTIONS else ""


def _number(value: Any) -> Decimal | None:
    """A number, or its text with or without a percent sign."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).removesuffix("%").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
