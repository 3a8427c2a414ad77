"""The control tests of this edition, on both sides of each edge."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from changes.quarters import Quarter
from changes.rules import RULES, approved_at, judge
from changes.rules.facts import AdvisoryFacts, ChangeFacts
from changes.vocabulary import Origin, State, Verdict
from evidence.controls import attributes
from evidence.controls.attributes import ControlTest, control_tests
from evidence.vocabulary import TESTED, Attribute
from tests.factories import times
from tests.factories.facts import (
    AUTHOR,
    HEAD,
    LEAD,
    OTHER,
    POLICY,
    all_gates,
    change_facts,
    deployment,
    document,
    emergency,
    imported,
    incident_review,
    lead_approval,
    los_angeles,
    peer_approval,
    post_mortem,
    procedure,
    ran,
    release,
    review,
    rolled_back,
    sample,
    standard,
)

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
WAITING, NONE = Verdict.WAITING, Verdict.NOT_APPLICABLE
QUARTER = Quarter(2026, 3)
MOMENT = timedelta(microseconds=1)
DEPLOYED = (deployment(),)
BREACH = tuple(sample(minutes, error_rate_percent=Decimal(2)) for minutes in range(61))
A, B, C, D, E, F, G, H, I, J, K, L, M, N, O = TESTED  # noqa: E741 - the auditor's letters


def results_of(facts: ChangeFacts, *, is_over: bool = True) -> dict[Attribute, ControlTest]:
    """Of a quarter that is over: as of its end."""
    if is_over:
        facts = replace(facts, judged_at=QUARTER.end, judged_on=QUARTER.end.date())
    if facts.deployments:
        facts = replace(facts, deployed_on=times.DEPLOYED.date())
    findings, approved = judge(facts, POLICY), approved_at(facts, POLICY)
    return {t.attribute: t for t in control_tests(facts, findings, approved, is_over=is_over)}


def letters(facts: ChangeFacts, verdict: Verdict, *, is_over: bool = True) -> str:
    """The letters with that verdict, one after the other."""
    found = results_of(facts, is_over=is_over)
    return "".join(letter for letter, test in found.items() if test.verdict is verdict)


def test_letters_come_in_their_order() -> None:
    assert list(results_of(change_facts())) == list(TESTED)


@pytest.mark.parametrize(
    ("facts", "letter", "expected"),
    [
        pytest.param(change_facts(deployments=DEPLOYED), A, PASSED, id="A: complete and first"),
        pytest.param(
            change_facts(deployments=DEPLOYED, submitted_at=times.DEPLOYED - MOMENT),
            A,
            PASSED,
            id="A: submitted a moment before the deployment",
        ),
        pytest.param(
            change_facts(deployments=DEPLOYED, submitted_at=times.DEPLOYED),
            A,
            FAILED,
            id="A: submitted as the deployment began",
        ),
        pytest.param(change_facts(texts={}), A, FAILED, id="A: fields are missing"),
        pytest.param(
            change_facts(origin=Origin.RETROACTIVE), A, FAILED, id="A: opened after the fact"
        ),
        pytest.param(
            change_facts(approvals=(lead_approval(AUTHOR), peer_approval()), deployments=DEPLOYED),
            C,
            FAILED,
            id="C: approved by its author",
        ),
        pytest.param(
            change_facts(approvals=(lead_approval(),), deployments=DEPLOYED),
            D,
            FAILED,
            id="D: nobody reviewed it",
        ),
        pytest.param(
            change_facts(
                approvals=(lead_approval(), peer_approval(revision=OTHER)), deployments=DEPLOYED
            ),
            D,
            FAILED,
            id="D: another revision was reviewed",
        ),
        pytest.param(
            change_facts(gate_results=(ran(failed=1, passed=9),), deployments=DEPLOYED),
            E,
            FAILED,
            id="E: a test failed",
        ),
        pytest.param(
            change_facts(gate_results=all_gates(OTHER), deployments=DEPLOYED),
            E,
            UNKNOWN,
            id="E: another revision was tested",
        ),
        pytest.param(
            change_facts(
                gate_results=tuple(
                    replace(r, produced_at=times.DEPLOYED - MOMENT) for r in all_gates()
                ),
                deployments=DEPLOYED,
            ),
            E,
            PASSED,
            id="E: tested a moment before the deployment",
        ),
        pytest.param(
            change_facts(
                gate_results=tuple(replace(r, produced_at=times.DEPLOYED) for r in all_gates()),
                deployments=DEPLOYED,
            ),
            E,
            FAILED,
            id="E: tested as the deployment began",
        ),
        pytest.param(
            change_facts(
                approvals=(lead_approval(), peer_approval(decided_at=times.DEPLOYED - MOMENT)),
                deployments=DEPLOYED,
            ),
            F,
            PASSED,
            id="F: approved a moment before the deployment",
        ),
        pytest.param(
            change_facts(
                approvals=(lead_approval(), peer_approval(decided_at=times.DEPLOYED)),
                deployments=DEPLOYED,
            ),
            F,
            FAILED,
            id="F: approved as the deployment began",
        ),
        pytest.param(
            change_facts(deployments=(deployment(revision=OTHER),), gate_results=all_gates(OTHER)),
            F,
            FAILED,
            id="F: another revision was deployed than was approved",
        ),
        pytest.param(change_facts(deployments=DEPLOYED), J, PASSED, id="J: inside the window"),
        pytest.param(
            change_facts(deployments=(deployment(started_at=los_angeles("2026-07-18 12:00:00")),)),
            J,
            FAILED,
            id="J: on a Saturday",
        ),
        pytest.param(
            emergency(deployments=(deployment(started_at=los_angeles("2026-07-18 12:00:00")),)),
            J,
            NONE,
            id="J: an emergency on a Saturday",
        ),
        pytest.param(
            emergency(incident_url="", deployments=DEPLOYED), B, FAILED, id="B: no incident"
        ),
        pytest.param(
            change_facts(releases=(), deployments=DEPLOYED), G, UNKNOWN, id="G: nobody released it"
        ),
        pytest.param(
            change_facts(
                releases=(release(roles_held=frozenset({"engineer"})),), deployments=DEPLOYED
            ),
            G,
            FAILED,
            id="G: released by an engineer",
        ),
        pytest.param(
            change_facts(deployments=(deployment(artifact_digest=""),)),
            H,
            UNKNOWN,
            id="H: no artifact",
        ),
        pytest.param(
            change_facts(deployments=(deployment(samples=BREACH),)),
            I,
            FAILED,
            id="I: the trigger fired and nobody rolled back",
        ),
        pytest.param(
            change_facts(deployments=(rolled_back(rollback=None),)),
            I,
            FAILED,
            id="I: rolled back without a record",
        ),
        pytest.param(
            change_facts(
                texts={**change_facts().texts, "rollback_plan": " "}, deployments=DEPLOYED
            ),
            I,
            FAILED,
            id="I: no plan",
        ),
        pytest.param(
            change_facts(deployments=(deployment(verified=frozenset()),)),
            K,
            FAILED,
            id="K: not verified",
        ),
        pytest.param(
            change_facts(documents=(document("runbook"),), deployments=DEPLOYED),
            L,
            FAILED,
            id="L: a runbook that is declared and not touched",
        ),
        pytest.param(emergency(deployments=DEPLOYED), M, FAILED, id="M: no post-incident review"),
        pytest.param(
            change_facts(
                advisory=AdvisoryFacts("CVE-2026-1", date(2026, 6, 1)),
                deployed_on=date(2026, 7, 14),
                deployments=DEPLOYED,
            ),
            N,
            FAILED,
            id="N: answered after 43 days",
        ),
        pytest.param(change_facts(deployments=(rolled_back(),)), O, FAILED, id="O: no post-mortem"),
    ],
)
def test_attribute_has_edges(facts: ChangeFacts, letter: Attribute, expected: Verdict) -> None:
    assert results_of(facts)[letter].verdict is expected


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(change_facts(deployments=DEPLOYED), id="normal"),
        pytest.param(standard(deployments=DEPLOYED), id="standard"),
    ],
)
def test_change_in_order_passes_every_letter(facts: ChangeFacts) -> None:
    assert letters(facts, PASSED) == "ABCDEFGHIJK"
    assert letters(facts, NONE) == "LMNO"


def test_emergency_is_authorized_by_the_engineer_on_call_and_reviewed_afterwards() -> None:
    facts = emergency(
        reviews=(review(),),
        deployments=DEPLOYED,
        incident_review=incident_review(),
        post_mortem=post_mortem(),
    )

    assert letters(facts, PASSED) == "ABCDEFGHIKMO"
    assert letters(facts, NONE) == "JLN"


def test_imported_change_is_unknown_throughout() -> None:
    assert letters(imported(), UNKNOWN) == "ABCDEFGHIJKL"
    assert letters(imported(), NONE) == "MNO"


def test_every_rule_counts_for_a_letter() -> None:
    groups = (
        *(attributes.AUTHORIZATION, attributes.REVIEW, attributes.TESTING, attributes.CATEGORY),
        *(attributes.DEPLOYER, attributes.RUNNING, attributes.ROLLBACK, attributes.WINDOW),
        *(attributes.VERIFIED, attributes.DOCUMENTS, attributes.EMERGENCY),
        *(attributes.ADVISORY, attributes.DEVIATIONS, ("required_fields_present",)),
    )

    assert {rule for group in groups for rule in group} == {rule.__name__ for rule in RULES}


def test_standard_change_outside_its_procedure_is_not_authorized() -> None:
    expired = procedure(expires_on=times.DRAFTED.date())
    found = results_of(standard(procedure=expired, deployments=DEPLOYED))

    assert (found[C].verdict, found[F].verdict) == (FAILED, FAILED)


def test_approval_that_never_arrived_is_unknown_where_nothing_shows_approvals() -> None:
    facts = imported(deployments=(deployment(),), sees_deployments=True)

    assert results_of(facts)[F].verdict is UNKNOWN


WITHOUT_ANYTHING = change_facts(approvals=(), gate_results=(), runs=())


def test_open_quarter_waits() -> None:
    assert letters(WITHOUT_ANYTHING, WAITING, is_over=False) == "CDEFGHIJK"
    assert letters(WITHOUT_ANYTHING, PASSED, is_over=False) == "AB"


def test_what_was_due_and_still_waits_at_the_end_has_failed() -> None:
    found = results_of(change_facts(state=State.DRAFT, submitted_at=None))

    assert found[A].verdict is FAILED
    assert found[A].sentence.startswith("Was due by the end of the quarter and still waits:")


def test_what_only_a_deployment_makes_due_does_not_apply_without_one() -> None:
    assert letters(WITHOUT_ANYTHING, NONE) == "BCDEFGHIJKLMNO"


def test_what_waits_where_no_deployment_is_ever_reported_has_failed() -> None:
    found = results_of(replace(WITHOUT_ANYTHING, sees_deployments=False))

    assert [found[letter].verdict for letter in (C, D, E)] == [FAILED] * 3
    assert [found[letter].verdict for letter in (F, G, H, I, J, K)] == [UNKNOWN] * 6


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REJECTED])
def test_nothing_more_is_due_of_a_change_that_ended_early(state: State) -> None:
    assert letters(replace(WITHOUT_ANYTHING, state=state), NONE) == "BCDEFGHIJKLMNO"


def test_withdrawn_after_its_deployment_is_still_tested() -> None:
    facts = replace(WITHOUT_ANYTHING, state=State.WITHDRAWN, deployments=DEPLOYED)

    assert results_of(facts)[C].verdict is FAILED


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        pytest.param(date(2026, 10, 1), UNKNOWN, id="due the day after the quarter"),
        pytest.param(date(2026, 9, 30), FAILED, id="due on its last day"),
    ],
)
def test_review_that_is_due_in_the_next_quarter_is_unknown(due_on: date, expected: Verdict) -> None:
    review = incident_review(due_on=due_on, held_on=None)
    facts = emergency(deployments=DEPLOYED, incident_review=review)

    assert results_of(facts)[M].verdict is expected


@pytest.mark.parametrize("is_over", [True, False])
def test_letter_of_a_deployed_draft_does_not_wait(is_over: bool) -> None:
    draft = change_facts(state=State.DRAFT, submitted_at=None, deployments=DEPLOYED)

    assert results_of(draft, is_over=is_over)[A].verdict is FAILED


UNREVIEWED = change_facts(approvals=(lead_approval(),), deployments=DEPLOYED)


def answered(responses: dict[str, str], *, is_over: bool = True) -> ControlTest:
    """Letter O of a change that nobody reviewed: D, F and more failed."""
    findings, approved = judge(UNREVIEWED, POLICY), approved_at(UNREVIEWED, POLICY)
    tests = control_tests(UNREVIEWED, findings, approved, is_over=is_over, responses=responses)
    return tests[-1]


def test_deviation_is_answered_by_a_whole_response_only() -> None:
    failed = letters(UNREVIEWED, FAILED).replace("O", "")
    whole = dict.fromkeys(failed, "")
    assert {"D", "F"} <= set(failed)

    assert answered(whole).verdict is PASSED
    assert answered(whole).sentence == f"Answered on the register: {', '.join(failed)}."
    for letter in failed:
        without = {name: lacks for name, lacks in whole.items() if name != letter}
        assert answered(without).verdict is FAILED
        assert answered({**whole, letter: "impact, retest"}).sentence == (
            f"The response to deviation {letter} lacks: impact, retest."
        )


def test_deviation_of_an_open_quarter_is_unknown_until_it_is_answered() -> None:
    assert answered({}, is_over=False).verdict is UNKNOWN


def test_response_does_not_stand_for_a_post_mortem() -> None:
    facts = replace(UNREVIEWED, deployments=(rolled_back(),))
    findings, approved = judge(facts, POLICY), approved_at(facts, POLICY)
    every = dict.fromkeys(map(str, TESTED), "")

    tests = control_tests(facts, findings, approved, is_over=False, responses=every)

    assert (tests[-1].verdict, tests[-1].sentence) == (
        UNKNOWN,
        "It was rolled back. Write the post-mortem.",
    )


def test_lead_may_not_be_the_peer() -> None:
    facts = change_facts(approvals=(lead_approval(), peer_approval(LEAD)), deployments=DEPLOYED)

    assert results_of(facts)[D].verdict is FAILED


def test_every_verdict_has_a_sentence() -> None:
    for facts in (change_facts(), imported(), emergency(), standard(), WITHOUT_ANYTHING):
        assert all(test.sentence for test in results_of(facts).values())
        assert HEAD not in "".join(test.sentence for test in results_of(facts).values())
