"""Rollbacks: a trigger that fired was answered in time, and what was done is on record."""

from datetime import datetime, timedelta
from itertools import pairwise

from changes.rules.facts import ChangeFacts, DeploymentFacts
from changes.rules.findings import (
    Finding,
    combined,
    failed,
    not_applicable,
    passed,
    unknown,
    waiting,
)
from changes.rules.policy import Policy
from changes.rules.triggers import NAMES, SUSTAINED, Firing, Reading, across_gaps, readings
from changes.rules.undeployed import not_deployed
from changes.vocabulary import DeploymentOutcome, RollbackTrigger, label

Span = tuple[datetime, datetime]


def triggers_answered_by_rollback(facts: ChangeFacts, policy: Policy) -> Finding:
    """A trigger that fired without a rollback within the policy's time has failed.

    Unknown where a sustained breach could hide: a metric that was never sampled, a silence of
    more than the sustained time, a gap between two samples that are both above the limit.
    """
    rule = "triggers_answered_by_rollback"
    if not facts.deployments:
        return not_deployed(facts, rule)
    findings = [_answered(rule, deployment, policy) for deployment in facts.deployments]
    worst = combined(findings)
    same = [finding for finding in findings if finding.verdict is worst]
    sentences = dict.fromkeys(finding.sentence for finding in same)
    return Finding(rule, worst, " ".join(sentences), same[0].facts)


def rollback_is_recorded(facts: ChangeFacts, policy: Policy) -> Finding:
    """Where it was rolled back: why, what set it off, and the values that were seen."""
    rule = "rollback_is_recorded"
    gone = [d for d in facts.deployments if d.rollback or d.outcome == ROLLED_BACK]
    if not gone:
        return not_applicable(rule, "It was not rolled back.")
    problems = list(filter(None, (_lacks(deployment) for deployment in gone)))
    if problems:
        return failed(rule, " ".join(dict.fromkeys(problems)))
    kinds = ", ".join(label(d.rollback.trigger) for d in gone if d.rollback)
    return passed(rule, f"The rollback is on record with its reason ({kinds}).")


ROLLED_BACK = DeploymentOutcome.ROLLED_BACK


def _answered(rule: str, deployment: DeploymentFacts, policy: Policy) -> Finding:
    """The first firing counts: what goes on firing while it is rolled back is answered too."""
    read = readings(deployment.samples, policy)
    fired = sorted((f for r in read for f in r.firings), key=lambda f: f.fired_at)
    shown = {"gaps": sum(len(r.gaps) for r in read), "fired": [f.observed for f in fired]}
    if fired:
        return _after_firing(rule, deployment, policy, fired[0], shown)
    is_running = deployment.outcome == DeploymentOutcome.RUNNING
    unseen = _unseen(deployment, read, policy)
    if unseen:
        found = waiting if is_running else unknown
        return found(rule, unseen, **shown)
    if is_running:
        return waiting(rule, "No trigger has fired so far: go on watching.", **shown)
    return passed(rule, f"No trigger fired in {len(deployment.samples)} samples.", **shown)


def _after_firing(
    rule: str, deployment: DeploymentFacts, policy: Policy, first: Firing, shown: dict[str, object]
) -> Finding:
    rollback = deployment.rollback
    latest = first.fired_at + timedelta(seconds=policy.rollback_within_seconds)
    minutes = f"{policy.rollback_within_seconds / 60:g} minutes"
    if rollback is None:
        return failed(rule, f"{first.sentence} Nobody rolled back within {minutes}.", **shown)
    if rollback.started_at > latest:
        late = f"The rollback began at {rollback.started_at:%H:%M:%S} UTC"
        return failed(rule, f"{first.sentence} {late}, after more than {minutes}.", **shown)
    return passed(rule, f"{first.sentence} It was rolled back in time.", **shown)


def _unseen(deployment: DeploymentFacts, read: tuple[Reading, ...], policy: Policy) -> str:
    """Why a breach could have gone unseen; empty where it could not."""
    never = [NAMES[reading.trigger].lower() for reading in read if not reading.count]
    if never:
        return f"Never sampled during the rollout: {', '.join(never)}."
    hidden = across_gaps(deployment.samples, policy)
    if hidden:
        return f"A gap in the samples may hide a breach: {hidden[0].sentence}"
    silence = _longest_silence(deployment)
    allowed = policy.trigger_sustained_seconds
    if silence and (silence[1] - silence[0]).total_seconds() > allowed:
        begun, ended = silence
        return f"Nothing was sampled from {begun:%H:%M:%S} to {ended:%H:%M:%S} UTC."
    return ""


def _longest_silence(deployment: DeploymentFacts) -> Span | None:
    """Of any sustained metric, from the start of the rollout to its end."""
    spans: list[Span] = []
    ends = [deployment.finished_at] if deployment.finished_at else []
    for trigger in SUSTAINED:
        name = "error_rate_percent" if trigger is RollbackTrigger.ERROR_RATE else "latency_p95_ms"
        seen = {s.taken_at for s in deployment.samples if getattr(s, name) is not None}
        inside = [at for at in seen if at > deployment.started_at]
        inside = [at for at in inside if not ends or at < ends[0]]
        spans += pairwise(sorted([deployment.started_at, *inside, *ends]))
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _lacks(deployment: DeploymentFacts) -> str:
    rollback = deployment.rollback
    if rollback is None:
        return f"{deployment.revision[:12]} was rolled back, and nothing says why."
    if not rollback.reason.strip():
        return "The rollback has no reason: write it down."
    if rollback.trigger is not RollbackTrigger.MANUAL and not rollback.observed:
        return f"The rollback by {label(rollback.trigger)} shows no values: add what was seen."
    return ""
