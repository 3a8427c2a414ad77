"""The control tests of this edition, on both sides of each edge."""

from dataclasses import replace
from datetime import timedelta

import pytest

from changes.rules import approved_at, judge
from changes.rules.facts import ChangeFacts
from changes.vocabulary import Origin, State, Verdict
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
    emergency,
    imported,
    lead_approval,
    los_angeles,
    peer_approval,
    procedure,
    ran,
    review,
    standard,
)

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
WAITING, NONE = Verdict.WAITING, Verdict.NOT_APPLICABLE
MOMENT = timedelta(microseconds=1)
DEPLOYED = (deployment(),)
A, C, D, E, F, J = TESTED


def results_of(facts: ChangeFacts, *, is_over: bool = True) -> dict[Attribute, ControlTest]:
    findings, approved = judge(facts, POLICY), approved_at(facts, POLICY)
    return {t.attribute: t for t in control_tests(facts, findings, approved, is_over=is_over)}


def verdicts(facts: ChangeFacts, *, is_over: bool = True) -> list[Verdict]:
    return [test.verdict for test in results_of(facts, is_over=is_over).values()]


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
    assert verdicts(facts) == [PASSED] * 6


def test_emergency_is_authorized_by_the_engineer_on_call() -> None:
    facts = emergency(reviews=(review(),), deployments=DEPLOYED)

    assert verdicts(facts) == [PASSED, PASSED, PASSED, PASSED, PASSED, NONE]


def test_imported_change_is_unknown_throughout() -> None:
    assert verdicts(imported()) == [UNKNOWN] * 6


def test_standard_change_outside_its_procedure_is_not_authorized() -> None:
    expired = procedure(expires_on=times.DRAFTED.date())
    found = results_of(standard(procedure=expired, deployments=DEPLOYED))

    assert (found[C].verdict, found[F].verdict) == (FAILED, FAILED)


def test_approval_that_never_arrived_is_unknown_where_nothing_shows_approvals() -> None:
    facts = imported(deployments=(deployment(),), sees_deployments=True)

    assert results_of(facts)[F].verdict is UNKNOWN


WITHOUT_ANYTHING = change_facts(approvals=(), gate_results=())


def test_open_quarter_waits() -> None:
    assert (
        verdicts(WITHOUT_ANYTHING, is_over=False)
        == [PASSED, WAITING, WAITING, WAITING] + [WAITING] * 2
    )


def test_what_was_due_and_still_waits_at_the_end_has_failed() -> None:
    found = results_of(change_facts(state=State.DRAFT, submitted_at=None))

    assert found[A].verdict is FAILED
    assert found[A].sentence.startswith("Was due by the end of the quarter and still waits:")


def test_what_only_a_deployment_makes_due_does_not_apply_without_one() -> None:
    assert verdicts(WITHOUT_ANYTHING) == [PASSED] + [NONE] * 5


def test_what_waits_where_no_deployment_is_ever_reported_has_failed() -> None:
    found = results_of(replace(WITHOUT_ANYTHING, sees_deployments=False))

    assert [found[letter].verdict for letter in (C, D, E)] == [FAILED] * 3
    assert [found[letter].verdict for letter in (F, J)] == [UNKNOWN] * 2


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REJECTED])
def test_nothing_more_is_due_of_a_change_that_ended_early(state: State) -> None:
    assert verdicts(replace(WITHOUT_ANYTHING, state=state)) == [PASSED] + [NONE] * 5


def test_withdrawn_after_its_deployment_is_still_tested() -> None:
    facts = replace(WITHOUT_ANYTHING, state=State.WITHDRAWN, deployments=DEPLOYED)

    assert results_of(facts)[C].verdict is FAILED


def test_lead_may_not_be_the_peer() -> None:
    facts = change_facts(approvals=(lead_approval(), peer_approval(LEAD)), deployments=DEPLOYED)

    assert results_of(facts)[D].verdict is FAILED


def test_every_verdict_has_a_sentence() -> None:
    for facts in (change_facts(), imported(), emergency(), standard(), WITHOUT_ANYTHING):
        assert all(test.sentence for test in results_of(facts).values())
        assert HEAD not in "".join(test.sentence for test in results_of(facts).values())
