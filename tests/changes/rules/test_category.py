from datetime import date
from typing import Any

import pytest

from changes.rules.category import standard_procedure_covers_it
from changes.vocabulary import Verdict
from tests.factories.facts import PAGES, POLICY, SEARCH, change_facts, procedure, standard

REPLICAS = {"replicas": {"minimum": 2, "maximum": 5}}


def test_standard_change_passes_under_a_current_procedure_that_covers_it() -> None:
    assert standard_procedure_covers_it(standard(), POLICY).verdict is Verdict.PASSED


def test_standard_procedure_is_not_asked_of_a_normal_change() -> None:
    finding = standard_procedure_covers_it(change_facts(), POLICY)

    assert finding.verdict is Verdict.NOT_APPLICABLE


def test_standard_change_without_a_procedure_fails() -> None:
    finding = standard_procedure_covers_it(standard(procedure=None), POLICY)

    assert finding.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("submitted_on", "expected"),
    [
        pytest.param(date(2025, 12, 31), Verdict.FAILED, id="the day before it is valid fails"),
        pytest.param(date(2026, 1, 1), Verdict.PASSED, id="its first day passes"),
        pytest.param(date(2026, 12, 31), Verdict.PASSED, id="its last day passes"),
        pytest.param(date(2027, 1, 1), Verdict.FAILED, id="the day it expires on fails"),
    ],
)
def test_standard_procedure_is_current_on_its_days(submitted_on: date, expected: Verdict) -> None:
    facts = standard(submitted_on=submitted_on)

    assert standard_procedure_covers_it(facts, POLICY).verdict is expected


def test_standard_procedure_covers_no_system_outside_its_scope() -> None:
    finding = standard_procedure_covers_it(standard(systems=(PAGES, SEARCH)), POLICY)

    assert (finding.verdict, finding.sentence) == (
        Verdict.FAILED,
        "'Patch a dependency' does not cover Search. Resubmit it as a normal change.",
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(1, Verdict.FAILED, id="below the minimum fails"),
        pytest.param(2, Verdict.PASSED, id="the minimum passes"),
        pytest.param(5, Verdict.PASSED, id="the maximum passes"),
        pytest.param(5.01, Verdict.FAILED, id="just above the maximum fails"),
        pytest.param(None, Verdict.FAILED, id="missing fails"),
        pytest.param("3", Verdict.FAILED, id="text fails"),
        pytest.param(True, Verdict.FAILED, id="a yes is no number and fails"),
        pytest.param(float("nan"), Verdict.FAILED, id="not a number fails"),
        pytest.param([3], Verdict.FAILED, id="a list fails"),
    ],
)
def test_standard_parameters_stay_within_their_limits(value: Any, expected: Verdict) -> None:
    facts = standard(
        procedure=procedure(parameter_limits=REPLICAS), procedure_parameters={"replicas": value}
    )

    assert standard_procedure_covers_it(facts, POLICY).verdict is expected


@pytest.mark.parametrize(
    ("limits", "value", "expected"),
    [
        pytest.param({"maximum": 5}, -100, Verdict.PASSED, id="no minimum"),
        pytest.param({"minimum": 2}, 100, Verdict.PASSED, id="no maximum"),
        pytest.param({"minimum": None, "maximum": 5}, 6, Verdict.FAILED, id="null is no limit"),
    ],
)
def test_standard_parameters_may_have_one_limit(
    limits: dict[str, float], value: int, expected: Verdict
) -> None:
    facts = standard(
        procedure=procedure(parameter_limits={"n": limits}), procedure_parameters={"n": value}
    )

    assert standard_procedure_covers_it(facts, POLICY).verdict is expected
