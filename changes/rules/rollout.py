"""The staged rollout, as far as a change has come, and what runs after it."""

from changes.rules.approvals import counted, peer_reviewers
from changes.rules.awaited import awaited
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, failed, not_applicable, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.rules.undeployed import not_deployed
from changes.rules.without_code import asks_for_code
from changes.vocabulary import DeploymentOutcome


def stages_in_order(facts: ChangeFacts, policy: Policy) -> Finding:
    """No stage skipped, none backwards; all of them before the deployment counts as whole."""
    rule = "stages_in_order"
    deployment = facts.last_deployment
    if deployment is None:
        return not_deployed(facts, rule)
    expected = policy.rollout_stages[: len(deployment.stages)]
    if deployment.stages != expected:
        return failed(rule, f"The stages were {', '.join(deployment.stages)}.")
    if deployment.stages == policy.rollout_stages:
        return passed(rule, f"Rolled out by {', '.join(deployment.stages)}.")
    if deployment.outcome == DeploymentOutcome.RUNNING:
        following = policy.rollout_stages[len(deployment.stages)]
        return awaited(facts, rule, f"The next stage is {following}: whoever deploys begins it.")
    if deployment.outcome == DeploymentOutcome.ROLLED_BACK:
        return passed(rule, f"Halted after {', '.join(deployment.stages) or 'no stage'}.")
    lacking = policy.rollout_stages[len(deployment.stages) :]
    return failed(rule, f"Stages are missing: {', '.join(lacking)}.")


def stages_are_observed(facts: ChangeFacts, policy: Policy) -> Finding:
    """Each stage of each rollout has a start, an end, an observer and a result."""
    rule = "stages_are_observed"
    if not facts.deployments:
        return not_deployed(facts, rule)
    records = [stage for d in facts.deployments for stage in d.stage_records]
    is_running = any(d.outcome == DeploymentOutcome.RUNNING for d in facts.deployments)
    if not records:
        sentence = "No stage of the rollout is on record"
        if is_running:
            return awaited(facts, rule, f"{sentence} yet: whoever deploys begins the first.")
        return unknown(rule, f"{sentence}.")
    unwatched = [stage.name for stage in records if stage.observer is None]
    if unwatched:
        return unknown(rule, f"Who watched is not on record: {', '.join(unwatched)}.")
    names = ", ".join(dict.fromkeys(s.observer.name for s in records if s.observer))
    open_ones = [stage.name for stage in records if not (stage.ended_at and stage.result)]
    if open_ones:
        sentence = f"Still without an end or a result: {', '.join(open_ones)}"
        if is_running:
            return awaited(facts, rule, f"{sentence}; it is watched by {names}.")
        return unknown(rule, f"{sentence}.")
    if is_running:
        return awaited(facts, rule, f"The rollout goes on; so far it was watched by {names}.")
    return passed(rule, f"Every stage was watched, by {names}.")


@asks_for_code
def approved_is_what_runs(facts: ChangeFacts, policy: Policy) -> Finding:
    """The approved revision was deployed, and one artifact stands for it wherever it runs."""
    rule = "approved_is_what_runs"
    if not facts.deployments:
        return not_deployed(facts, rule)
    runs = [d for d in facts.deployments if d.revision == facts.tested_revision]
    revision, digests = facts.tested_revision[:12], {d.artifact_digest for d in runs}
    if facts.is_imported:
        return unknown(rule, "The imported history shows no approvals.")
    if not (counted(facts) or peer_reviewers(facts)):
        return failed(rule, f"Nobody had approved {revision}, which was deployed.")
    if "" in digests:
        return unknown(rule, f"No artifact was reported for {revision}: what runs is not known.")
    if len(digests) > 1:
        listed = " and ".join(sorted(digest[:19] for digest in digests))
        return failed(rule, f"Different artifacts were deployed as {revision}: {listed}.")
    artifact = digests.pop()
    return passed(rule, f"{revision} was approved and runs as {artifact[:19]}.", artifact=artifact)


def advisory_answered_in_time(facts: ChangeFacts, policy: Policy) -> Finding:
    """Where it answers a security advisory: deployed within the policy's days of it."""
    rule = "advisory_answered_in_time"
    advisory = facts.advisory
    if advisory is None:
        return not_applicable(rule, "It answers no security advisory.")
    limit = policy.advisory_days_maximum
    if facts.deployed_on is None:
        sentence = f"{advisory.name} of {advisory.published_on} is to be answered in {limit} days."
        is_awaited = facts.sees_deployments and not facts.is_deployed
        return (waiting if is_awaited else unknown)(rule, sentence)
    days = (facts.deployed_on - advisory.published_on).days
    sentence = f"{advisory.name} was answered after {days} days; {limit} are allowed."
    return (passed if days <= limit else failed)(rule, sentence, days=days)
