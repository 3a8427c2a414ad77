"""Changes without code: made on a console, by a flag, a vendor's patch, in a database."""

from collections.abc import Callable
from functools import wraps

from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, not_applicable, unknown, waiting
from changes.rules.policy import Policy
from changes.vocabulary import Means, label

Rule = Callable[[ChangeFacts, Policy], Finding]
# The rule in whose place the attached files stand.
SHOWN_BY_FILES = "all_tests_passed"


def asks_for_code(rule: Rule) -> Rule:
    """A rule about code, its pipeline or its artifact: it does not apply where there is none."""

    @wraps(rule)
    def judged(facts: ChangeFacts, policy: Policy) -> Finding:
        if facts.means is Means.CODE:
            return rule(facts, policy)
        return _without_code(rule.__name__, facts)

    return judged


def _without_code(rule: str, facts: ChangeFacts) -> Finding:
    """Files are no pass, a person has to read them; without any, nothing shows a trial."""
    means = label(facts.means)
    if rule != SHOWN_BY_FILES:
        return not_applicable(rule, f"It is a {means}: there is no code to ask this of.")
    if facts.evidence_files:
        count = facts.evidence_files
        files = "1 attached file shows" if count == 1 else f"{count} attached files show"
        return not_applicable(rule, f"No pipeline tests a {means}; {files} how it was tried.")
    sentence = f"Attach what shows that the {means} was tried: no pipeline tests it."
    return (unknown if facts.is_deployed else waiting)(rule, sentence)
