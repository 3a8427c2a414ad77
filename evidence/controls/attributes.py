"""The control tests, one for each letter: facts and findings in, verdicts out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from changes.rules.awaited import STILL_WAITS
from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, combined, failed
from changes.vocabulary import Category, Gate, Origin, State, Verdict
from evidence.vocabulary import Attribute

AUTHORIZATION = (
    "standard_procedure_covers_it",
    "tech_lead_of_every_system",
    "approval_by_on_call",
    "tech_lead_for_infrastructure",
)
REVIEW = ("peer_review_by_another_person", "code_review_approved")
GATES = ("all_tests_passed", "coverage_reaches_minimum", "no_critical_security_finding")
CATEGORY = ("standard_procedure_covers_it", "emergency_names_its_incident")
TESTING = (*GATES, "pipeline_stages_in_order")
DEPLOYER = ("deployer_is_allowed", "more_than_one_person", "released_after_end_to_end")
RUNNING = ("approved_is_what_runs",)
ROLLBACK = ("triggers_answered_by_rollback", "rollback_is_recorded")
WINDOW = ("deployed_inside_window",)
VERIFIED = ("stages_in_order", "stages_are_observed", "verified_after_deployment")
DOCUMENTS = ("documents_match_paths",)
EMERGENCY = (
    "emergency_names_its_incident",
    "approval_by_on_call",
    "post_incident_review_held",
)
ADVISORY = ("advisory_answered_in_time",)
DEVIATIONS = ("post_mortem_written",)
NEVER_DEPLOYED = "It was not deployed in the quarter."
ENDED_EARLY = (State.WITHDRAWN, State.REJECTED)


@dataclass(frozen=True)
class ControlTest:
    """One attribute tested on one change."""

    attribute: Attribute
    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class Tested:
    """What the tests look at. `is_over` says whether the quarter has ended; `responses` what the
    newest management response to a letter lacks, empty where it is whole.
    """

    facts: ChangeFacts
    findings: Mapping[str, Finding]
    approved_at: datetime | None
    is_over: bool
    responses: Mapping[str, str] = field(default_factory=dict)

    def of(self, rules: Iterable[str]) -> list[Finding]:
        return [self.findings[rule] for rule in rules]

    @property
    def deployed_at(self) -> datetime | None:
        deployment = self.facts.first_deployment
        return deployment.started_at if deployment else None


def control_tests(
    facts: ChangeFacts,
    findings: Iterable[Finding],
    approved_at: datetime | None,
    *,
    is_over: bool,
    responses: Mapping[str, str] | None = None,
) -> tuple[ControlTest, ...]:
    """Every letter, in its order. The last one looks at what became of the others."""
    by_rule = {finding.rule: finding for finding in findings}
    tested = Tested(facts, by_rule, approved_at, is_over, responses or {})
    tests = [
        ControlTest(letter, *_at_the_end(tested, letter, *test(tested)))
        for letter, test in TESTS.items()
    ]
    return (*tests[:-1], _answered(tested, tests[:-1], tests[-1]))


Result = tuple[Verdict, str]


def _request(tested: Tested) -> Result:
    facts, deployed = tested.facts, tested.deployed_at
    finding = tested.findings["required_fields_present"]
    if finding.is_open:
        return finding.verdict, finding.sentence
    if facts.origin is Origin.RETROACTIVE:
        return Verdict.FAILED, "The request was opened after the fact."
    if facts.submitted_at is None and deployed is not None:
        return Verdict.FAILED, "It was deployed before the request was submitted."
    if facts.submitted_at is None:
        return Verdict.WAITING, "The request is not submitted."
    if deployed is not None and facts.submitted_at >= deployed:
        return Verdict.FAILED, "The request is dated after the deployment began."
    return Verdict.PASSED, "The request is complete and was there before any deployment."


def _categorized(tested: Tested) -> Result:
    """A normal change asks neither for a procedure nor for an incident: it passes as it is."""
    if tested.facts.is_imported:
        return Verdict.UNKNOWN, "The imported history shows no category."
    verdict, sentence = _worst(tested.of(CATEGORY))
    if verdict is Verdict.NOT_APPLICABLE:
        return Verdict.PASSED, "A normal change: it is asked for the approvals of one."
    return verdict, sentence


def _passed_gates(tested: Tested) -> Result:
    """Passing counts only where each tool had reported before the deployment began."""
    verdict, sentence = _worst(tested.of(TESTING))
    late = _tools_late(tested.facts, tested.deployed_at)
    if verdict is Verdict.PASSED and late:
        return Verdict.FAILED, f"Reported only after the deployment began: {', '.join(late)}."
    return verdict, sentence


def _tools_late(facts: ChangeFacts, deployed: datetime | None) -> list[str]:
    if deployed is None:
        return []
    first: dict[tuple[Gate, str], datetime] = {}
    for result in facts.gate_results:
        if result.revision == facts.tested_revision:
            tool = (result.gate, result.tool)
            first[tool] = min(first.get(tool, result.produced_at), result.produced_at)
    return sorted({tool for (_, tool), at in first.items() if at >= deployed})


def _approved_first(tested: Tested) -> Result:
    """The last thing that was needed came before the first deployment began."""
    approved, deployed = tested.approved_at, tested.deployed_at
    if deployed is None:
        if tested.facts.is_imported or not tested.facts.sees_deployments:
            return Verdict.UNKNOWN, "No deployment source reports for this repository."
        return Verdict.WAITING, "It is not deployed yet."
    if approved is None:
        return _why_never_approved(tested)
    if approved >= deployed:
        return Verdict.FAILED, "The approval was complete only after the deployment began."
    return Verdict.PASSED, "Everything that was needed was there before the deployment began."


def _why_never_approved(tested: Tested) -> Result:
    is_standard = tested.facts.category is Category.STANDARD
    needed = (*AUTHORIZATION, *GATES, *REVIEW) if is_standard else (*AUTHORIZATION, REVIEW[0])
    verdict, sentence = _worst(tested.of(needed))
    if verdict is Verdict.UNKNOWN:
        return verdict, sentence
    return Verdict.FAILED, "The approval was not complete when the deployment began."


def _planned_and_recorded(tested: Tested) -> Result:
    """The plan was there; a trigger that fired was answered; a rollback says why."""
    facts = tested.facts
    findings = tested.of(ROLLBACK)
    if facts.is_imported:
        return Verdict.UNKNOWN, "The imported history shows no rollback plan."
    if not facts.texts.get("rollback_plan", "").strip():
        plan = failed(ROLLBACK[0], "The request has no rollback plan.")
        return _worst([plan, *findings])
    return _worst(findings)


def _answered(tested: Tested, others: Iterable[ControlTest], learnt: ControlTest) -> ControlTest:
    """A letter that failed is a deviation: it is answered by a whole response on the register.
    One without has failed when the quarter is over; until then it is unknown.
    """
    deviations = [test.attribute.value for test in others if test.verdict is Verdict.FAILED]
    if not deviations:
        return learnt
    lacking = [_lacks(letter, tested.responses.get(letter)) for letter in deviations]
    verdict, sentence = Verdict.PASSED, f"Answered on the register: {', '.join(deviations)}."
    if any(lacking):
        verdict = Verdict.FAILED if tested.is_over else Verdict.UNKNOWN
        sentence = " ".join(filter(None, lacking))
    rule = DEVIATIONS[0]
    both = [Finding(rule, verdict, sentence), Finding(rule, learnt.verdict, learnt.sentence)]
    return ControlTest(learnt.attribute, *_worst(both))


def _lacks(letter: str, lacking: str | None) -> str:
    """What a deviation waits for from management; empty where nothing is missing."""
    if lacking is None:
        return f"Deviation {letter} has no management response on the register."
    return f"The response to deviation {letter} lacks: {lacking}." if lacking else ""


def _worst_of(*rules: str) -> Callable[[Tested], Result]:
    return lambda tested: _worst(tested.of(rules))


def _worst(findings: list[Finding]) -> Result:
    """The verdict of all of them, with the sentences that made it so."""
    verdict = combined(findings)
    sentences = dict.fromkeys(f.sentence for f in findings if f.verdict is verdict)
    return verdict, " ".join(sentences)


TESTS: Mapping[Attribute, Callable[[Tested], Result]] = {
    Attribute.A: _request,
    Attribute.B: _categorized,
    Attribute.C: _worst_of(*AUTHORIZATION),
    Attribute.D: _worst_of(*REVIEW),
    Attribute.E: _passed_gates,
    Attribute.F: _approved_first,
    Attribute.G: _worst_of(*DEPLOYER),
    Attribute.H: _worst_of(*RUNNING),
    Attribute.I: _planned_and_recorded,
    Attribute.J: _worst_of(*WINDOW),
    Attribute.K: _worst_of(*VERIFIED),
    Attribute.L: _worst_of(*DOCUMENTS),
    Attribute.M: _worst_of(*EMERGENCY),
    Attribute.N: _worst_of(*ADVISORY),
    Attribute.O: _worst_of(*DEVIATIONS),
}


def _at_the_end(
    tested: Tested, letter: Attribute, verdict: Verdict, sentence: str
) -> tuple[Verdict, str]:
    """Every letter but A is due when it is deployed: what never was, or was withdrawn before,
    was not due. When the quarter is over, what was due and still waits has failed; what follows
    a deployment never waits (changes.rules.awaited).
    """
    facts = tested.facts
    if letter is not Attribute.A and not facts.is_deployed and not facts.is_imported:
        if facts.state in ENDED_EARLY:
            return Verdict.NOT_APPLICABLE, f"It was {facts.state} and never deployed."
        if tested.is_over and facts.sees_deployments:
            return Verdict.NOT_APPLICABLE, NEVER_DEPLOYED
    if verdict is Verdict.WAITING and tested.is_over:
        return Verdict.FAILED, f"{STILL_WAITS} {sentence}"
    return verdict, sentence
