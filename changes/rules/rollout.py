"""Staged rollout and verification, as far as a change has come."""

from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, failed, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.vocabulary import DeploymentOutcome, VerificationKind, label


def stages_in_order(facts: ChangeFacts, policy: Policy) -> Finding:
    """No stage skipped, none backwards; all of them before the deployment counts as whole."""
    rule = "stages_in_order"
    if not facts.deployments:
        return _not_seen(facts, rule)
    deployment = max(facts.deployments, key=lambda d: d.started_at)
    expected = policy.rollout_stages[: len(deployment.stages)]
    if deployment.stages != expected:
        return failed(rule, f"The stages were {', '.join(deployment.stages)}.")
    if deployment.stages == policy.rollout_stages:
        return passed(rule, f"Rolled out by {', '.join(deployment.stages)}.")
    if deployment.outcome == DeploymentOutcome.RUNNING:
        following = policy.rollout_stages[len(deployment.stages)]
        return waiting(rule, f"The next stage is {following}.")
    if deployment.outcome == DeploymentOutcome.ROLLED_BACK:
        return passed(rule, f"Halted after {', '.join(deployment.stages) or 'no stage'}.")
    lacking = policy.rollout_stages[len(deployment.stages) :]
    return failed(rule, f"Stages are missing: {', '.join(lacking)}.")


def verified_after_deployment(facts: ChangeFacts, policy: Policy) -> Finding:
    """Smoke tests, health checks and a KPI, all recorded and all passed."""
    rule = "verified_after_deployment"
    if not facts.deployments:
        return _not_seen(facts, rule)
    deployment = max(facts.deployments, key=lambda d: d.started_at)
    if deployment.failed_verifications:
        names = ", ".join(sorted(label(k) for k in deployment.failed_verifications))
        return failed(rule, f"Verification failed: {names}.")
    lacking = [label(k) for k in VerificationKind if k.value not in deployment.verified]
    if not lacking:
        return passed(rule, "Smoke tests, health checks and KPI passed.")
    if deployment.outcome == DeploymentOutcome.ROLLED_BACK:
        return failed(rule, "It was rolled back before it was verified.")
    found = waiting if deployment.outcome == DeploymentOutcome.RUNNING else failed
    return found(rule, f"Not recorded yet: {', '.join(lacking)}.")


def _not_seen(facts: ChangeFacts, rule: str) -> Finding:
    if facts.is_imported or not facts.sees_deployments:
        return unknown(rule, "No deployment source reports for this repository.")
    return waiting(rule, "It is not deployed yet.")
