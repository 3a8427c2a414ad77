"""What the rules say about changes in the database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from changes.models import ChangeRequest, PolicyVersion
from changes.queries.facts import facts_of, facts_of_all
from changes.queries.policies import approved_versions, reporting_date, version_on
from changes.rules import Finding, approved_at, deployment_findings, judge
from changes.rules.facts import ChangeFacts
from changes.vocabulary import Verdict


@dataclass(frozen=True)
class Judgement:
    """`policy` is the version that judges the change; `findings` every rule in order."""

    change: ChangeRequest
    facts: ChangeFacts
    policy: PolicyVersion
    findings: tuple[Finding, ...]
    approved_at: datetime | None

    @property
    def waits_for(self) -> Finding | None:
        """The one thing to do next: the first finding that is not clear."""
        return next((finding for finding in self.findings if finding.is_open), None)

    @property
    def applying(self) -> list[Finding]:
        """What asks something of this change, what is open first."""
        applying = [f for f in self.findings if f.verdict is not Verdict.NOT_APPLICABLE]
        return sorted(applying, key=lambda finding: finding.is_clear)

    @property
    def not_applying(self) -> list[Finding]:
        return [f for f in self.findings if f.verdict is Verdict.NOT_APPLICABLE]

    def finding(self, rule: str) -> Finding:
        return next(finding for finding in self.findings if finding.rule == rule)


def judgement_of(change: ChangeRequest, at: datetime) -> Judgement:
    """`at` is the moment of judging; it also chooses the policy for a change that is not submitted
    yet.
    """
    return _judgement(change, facts_of(change), approved_versions(), at, at)


def judgements_of(
    changes: Iterable[ChangeRequest], at: datetime, *, draft_at: datetime | None = None
) -> list[Judgement]:
    """The same for many, in a fixed number of queries; `changes` come from `with_record`.
    `draft_at` chooses the policy for drafts, where that is not the moment of judging.
    """
    changes, versions = list(changes), approved_versions()
    facts = facts_of_all(changes)
    return [_judgement(c, facts[c.pk], versions, at, draft_at or at) for c in changes]


def reasons_against_deployment(
    facts: ChangeFacts, policy: PolicyVersion | None, at: datetime, revision: str | None = None
) -> list[Finding]:
    """What stands against deploying it at that instant: empty means that it may go.

    `revision` is the head unless told otherwise. Gates and approvals are judged by the
    version it was submitted under, the window by the one in force.
    """
    versions = approved_versions()
    now = version_on(reporting_date(at), versions).as_policy()
    values = policy.as_policy() if policy else now
    revision = facts.head_revision if revision is None else revision
    findings = deployment_findings(facts, values, now, at, revision)
    return [finding for finding in findings if finding.is_open]


def _judgement(
    change: ChangeRequest,
    facts: ChangeFacts,
    versions: list[PolicyVersion],
    at: datetime,
    draft_at: datetime,
) -> Judgement:
    policy = change.policy_version or version_on(reporting_date(draft_at), versions)
    values = policy.as_policy()
    facts = replace(facts, judged_at=at, judged_on=reporting_date(at))
    return Judgement(change, facts, policy, judge(facts, values), approved_at(facts, values))
