"""Segregation of duties: who let it go to production, and whether one person did it all."""

from changes.rules.approvals import counted, peer_reviewers
from changes.rules.facts import ChangeFacts, DeploymentFacts, PersonFacts
from changes.rules.findings import Finding, combined, failed, passed, unknown
from changes.rules.pipeline import release_of
from changes.rules.policy import Policy
from changes.rules.undeployed import not_deployed


def deployer_is_allowed(facts: ChangeFacts, policy: Policy) -> Finding:
    """Whoever released each deployment held a role that the policy lets deploy, at that time.

    Judged by the version in force when the deployment began.
    """
    rule = "deployer_is_allowed"
    if not facts.deployments:
        return not_deployed(facts, rule)
    findings = [_deployer(rule, facts, d, d.policy or policy) for d in facts.deployments]
    worst = combined(findings)
    sentences = dict.fromkeys(f.sentence for f in findings if f.verdict is worst)
    return Finding(rule, worst, " ".join(sentences))


def more_than_one_person(facts: ChangeFacts, policy: Policy) -> Finding:
    """Of requester, authors, pusher, approvers, merger and deployer not all are the makers."""
    rule = "more_than_one_person"
    if not facts.deployments:
        return not_deployed(facts, rule)
    others = {p.id: p for p in _let_through(facts) if p.is_human and p.id not in _makers(facts)}
    if others:
        names = ", ".join(person.name for person in others.values())
        return passed(rule, f"Others than its makers had a hand in it: {names}.")
    if facts.is_imported:
        return unknown(rule, "The imported history shows nobody but those who made it.")
    makers = ", ".join(person.name for person in _makers(facts).values()) or "Nobody known"
    return failed(rule, f"{makers} made it and let it through; nobody else had a hand in it.")


def _deployer(
    rule: str, facts: ChangeFacts, deployment: DeploymentFacts, policy: Policy
) -> Finding:
    revision = deployment.revision[:12]
    found = _let_go(facts, deployment)
    if found is None:
        return unknown(rule, f"Who let {revision} go to production is not on record.")
    person, roles = found
    if not person.is_human:
        return failed(rule, f"{person.name} is a {person.kind}, and only people release.")
    if not roles:
        sentence = f"What {person.name} was when {revision} was released is not on record."
        return unknown(rule, sentence)
    if roles & set(policy.deployer_roles):
        return passed(rule, f"{person.name} released {revision} and was allowed to.")
    held, allowed = ", ".join(sorted(roles)), " or ".join(policy.deployer_roles)
    return failed(rule, f"{person.name} released {revision} as {held}; it takes: {allowed}.")


def _let_go(
    facts: ChangeFacts, deployment: DeploymentFacts
) -> tuple[PersonFacts, frozenset[str]] | None:
    """Who released it, else the person who started it, with what they were at that time."""
    releases = release_of(facts, deployment)
    if releases:
        return releases[0].person, releases[0].roles_held
    starter = deployment.started_by
    return (starter, deployment.roles_held) if starter and starter.is_human else None


def _makers(facts: ChangeFacts) -> dict[int, PersonFacts]:
    pusher = facts.last_pusher
    return {**facts.authors, **({pusher.id: pusher} if pusher else {})}


def _let_through(facts: ChangeFacts) -> list[PersonFacts]:
    people = [approval.person for approval in counted(facts)]
    people += [*peer_reviewers(facts).values(), *facts.mergers]
    people += [release.person for d in facts.deployments for release in release_of(facts, d)]
    people += [d.started_by for d in facts.deployments if d.started_by]
    return people
