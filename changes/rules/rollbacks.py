"""Rollbacks: a trigger that fired was answered in time, and what was done is on record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from changes.rules.awaited import awaited
from changes.rules.facts import ChangeFacts, DeploymentFacts
from changes.rules.findings import Finding, combined, failed, not_applicable, passed, unknown
from changes.rules.outcomes import AlertFacts
from changes.rules.policy import Policy
from changes.rules.triggers import NAMES, SUSTAINED, Firing, Reading, across_gaps, readings
from changes.rules.undeployed import not_deployed
from changes.vocabulary import DeploymentOutcome, RollbackTrigger, label

Span = tuple[datetime, datetime]


def triggers_answered_by_rollback(facts: ChangeFacts, policy: Policy) -> Finding:
    """A trigger that fired without a rollback within the policy's time has failed; a rollback is
    in time when production is back by the end of it. Until then it is unknown.

    Unknown also where a sustained breach could hide: a metric that was never sampled, a silence of
    more than the sustained time, a gap between two samples that are both above the limit.
    """
    rule = "triggers_answered_by_rollback"
    if not facts.deployments:
        return not_deployed(facts, rule)
    findings = [_answered(rule, facts, deployment, policy) for deployment in facts.deployments]
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


ROLLED_BACK, SUCCEEDED = DeploymentOutcome.ROLLED_BACK, DeploymentOutcome.SUCCEEDED
GOES_ON = "The rollout goes on: monitoring sends its samples until it ends."


def _answered(
    rule: str, facts: ChangeFacts, deployment: DeploymentFacts, policy: Policy
) -> Finding:
    """The first firing counts, on samples or by an alert: what goes on firing while it is rolled
    back is answered too.
    """
    read = readings(deployment.samples, policy)
    on_samples = [firing for reading in read for firing in reading.firings]
    both: list[Firing | AlertFacts] = [*on_samples, *deployment.alerts]
    fired = sorted(both, key=lambda f: f.fired_at)
    shown = {"gaps": sum(len(r.gaps) for r in read), "fired": [f.observed for f in fired]}
    if fired:
        answer = _Answer(fired[0], policy.rollback_within_seconds, facts.judged_at)
        return answer.finding(rule, deployment, shown)
    is_running = deployment.outcome == DeploymentOutcome.RUNNING
    unseen = _unseen(deployment, read, policy)
    if is_running:
        sentence = unseen or "No trigger has fired so far."
        return awaited(facts, rule, f"{sentence} {GOES_ON}", **shown)
    if unseen:
        return unknown(rule, unseen, **shown)
    return passed(rule, f"No trigger fired in {len(deployment.samples)} samples.", **shown)


@dataclass(frozen=True)
class _Answer:
    """What the first firing asks for: production back within so many seconds, both ends in."""

    firing: Firing | AlertFacts
    within_seconds: int
    judged_at: datetime | None

    @property
    def latest(self) -> datetime:
        return self.firing.fired_at + timedelta(seconds=self.within_seconds)

    def finding(self, rule: str, deployment: DeploymentFacts, shown: dict[str, Any]) -> Finding:
        rollback, fired = deployment.rollback, self.firing.sentence
        minutes = f"{self.within_seconds / 60:g} minutes"
        if rollback is None and (self.judged_at is None or self.judged_at <= self.latest):
            asked = f"Roll back by {self.latest:%H:%M:%S} UTC: whoever deploys does it."
            return unknown(rule, f"{fired} {asked}", **shown)
        if rollback is None:
            said = "It was reported as a success. " if deployment.outcome == SUCCEEDED else ""
            return failed(rule, f"{fired} {said}Nobody rolled back within {minutes}.", **shown)
        if rollback.done_at > self.latest:
            late = f"Production was back at {rollback.done_at:%H:%M:%S} UTC"
            return failed(rule, f"{fired} {late}, after more than {minutes}.", **shown)
        return passed(rule, f"{fired} It was rolled back in time.", **shown)


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
