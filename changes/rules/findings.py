"""What a rule says, and how what several rules say combines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from changes.vocabulary import Verdict


@dataclass(frozen=True)
class Finding:
    """`sentence` is for the person who has to act; `facts` is what the rule looked at."""

    rule: str
    verdict: Verdict
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_clear(self) -> bool:
        """Nothing stands in the way: it passed, or it does not apply."""
        return self.verdict in (Verdict.PASSED, Verdict.NOT_APPLICABLE)

    @property
    def is_open(self) -> bool:
        return not self.is_clear


# The worst first: a whole is as bad as its worst part.
_WORST_FIRST = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.WAITING, Verdict.PASSED)


def combined(findings: Iterable[Finding]) -> Verdict:
    """The verdict of several findings together. Of none: waiting, never passed.

    Those that do not apply are left out; if no other is there, the whole does not apply.
    """
    verdicts = [finding.verdict for finding in findings]
    if not verdicts:
        return Verdict.WAITING
    return next((v for v in _WORST_FIRST if v in verdicts), Verdict.NOT_APPLICABLE)


def passed(rule: str, sentence: str, **facts: Any) -> Finding:
    return Finding(rule, Verdict.PASSED, sentence, facts)


def failed(rule: str, sentence: str, **facts: Any) -> Finding:
    return Finding(rule, Verdict.FAILED, sentence, facts)


def unknown(rule: str, sentence: str, **facts: Any) -> Finding:
    return Finding(rule, Verdict.UNKNOWN, sentence, facts)


def waiting(rule: str, sentence: str, **facts: Any) -> Finding:
    return Finding(rule, Verdict.WAITING, sentence, facts)


def not_applicable(rule: str, sentence: str, **facts: Any) -> Finding:
    return Finding(rule, Verdict.NOT_APPLICABLE, sentence, facts)
