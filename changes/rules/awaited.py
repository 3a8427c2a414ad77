"""Evidence that is not there yet after a deployment began: unknown until its time is over."""

from typing import Any

from changes.quarters import quarter_on
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, failed, unknown

STILL_WAITS = "Was due by the end of the quarter and still waits:"


def awaited(facts: ChangeFacts, rule: str, sentence: str, **shown: Any) -> Finding:
    """What has no due time of its own is due by the end of the quarter in which the change was
    first deployed; from the next quarter's first day on it has failed.
    """
    if is_quarter_over(facts):
        return failed(rule, f"{STILL_WAITS} {sentence}", **shown)
    return unknown(rule, sentence, **shown)


def is_quarter_over(facts: ChangeFacts) -> bool:
    """Whether the day of judging lies behind the quarter of the first deployment."""
    if facts.judged_on is None or facts.deployed_on is None:
        return False
    return quarter_on(facts.judged_on) > quarter_on(facts.deployed_on)
