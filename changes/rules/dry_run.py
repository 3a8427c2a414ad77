"""What another policy would say about changes that are over: nothing is judged anew for good."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from changes.rules import judge
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding
from changes.rules.policy import Policy
from changes.vocabulary import Verdict


@dataclass(frozen=True)
class Flip:
    """One rule on one change whose verdict the proposal would turn."""

    before: Finding
    after: Finding

    @property
    def rule(self) -> str:
        return self.after.rule

    @property
    def would_fail(self) -> bool:
        return self.after.verdict is Verdict.FAILED

    @property
    def would_be_unknown(self) -> bool:
        """It had a pass, and the record does not show what the proposal asks for."""
        return self.before.is_clear and self.after.is_open and not self.would_fail

    @property
    def would_clear(self) -> bool:
        return self.before.is_open and self.after.is_clear


def flips_of(facts: ChangeFacts, findings: Iterable[Finding], proposed: Policy) -> tuple[Flip, ...]:
    """Where the verdict differs from `findings`, which the policy of the day gave.

    The proposal also takes the place of the version that was in force when a deployment began.
    """
    deployments = tuple(replace(d, policy=proposed) for d in facts.deployments)
    after = judge(replace(facts, deployments=deployments), proposed)
    pairs = zip(findings, after, strict=True)
    return tuple(Flip(old, new) for old, new in pairs if old.verdict is not new.verdict)
