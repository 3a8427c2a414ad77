"""What a rollback leaves on record; the triggers' edges are in the table of rules."""

from typing import Any

import pytest

from changes.rules.facts import ChangeFacts
from changes.rules.rollbacks import rollback_is_recorded, triggers_answered_by_rollback
from changes.vocabulary import RollbackTrigger, Verdict
from tests.factories.facts import (
    POLICY,
    change_facts,
    deployment,
    imported,
    rollback,
    rolled_back,
    sample,
)

PASSED, FAILED, NONE = Verdict.PASSED, Verdict.FAILED, Verdict.NOT_APPLICABLE
UNKNOWN, WAITING = Verdict.UNKNOWN, Verdict.WAITING
SEEN = {"metric": "error_rate", "values": ["1.8", "2.2"]}


def after(**values: Any) -> ChangeFacts:
    return change_facts(deployments=(rolled_back(rollback=rollback(**values)),))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(deployments=(deployment(),)), NONE, id="not rolled back"),
        pytest.param(after(), PASSED, id="by a person, with a reason"),
        pytest.param(after(reason="  "), FAILED, id="without a reason"),
        pytest.param(
            after(trigger=RollbackTrigger.ERROR_RATE, observed=SEEN), PASSED, id="by a trigger"
        ),
        pytest.param(
            after(trigger=RollbackTrigger.ERROR_RATE), FAILED, id="by a trigger, without values"
        ),
        pytest.param(
            change_facts(deployments=(rolled_back(rollback=None),)), FAILED, id="not on record"
        ),
    ],
)
def test_rollback_is_recorded_has_edges(facts: ChangeFacts, expected: Verdict) -> None:
    assert rollback_is_recorded(facts, POLICY).verdict is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(), WAITING, id="not deployed yet"),
        pytest.param(imported(), UNKNOWN, id="imported"),
        pytest.param(
            change_facts(deployments=(deployment(outcome="running", finished_at=None),)),
            UNKNOWN,
            id="nothing fired so far",
        ),
        pytest.param(
            change_facts(
                deployments=(deployment(outcome="running", finished_at=None, samples=()),)
            ),
            UNKNOWN,
            id="nothing sampled so far",
        ),
        pytest.param(
            change_facts(
                deployments=(
                    deployment(samples=tuple(sample(m, latency_p95_ms=None) for m in range(61))),
                )
            ),
            UNKNOWN,
            id="one metric never sampled",
        ),
    ],
)
def test_triggers_without_a_firing(facts: ChangeFacts, expected: Verdict) -> None:
    assert triggers_answered_by_rollback(facts, POLICY).verdict is expected


def test_silence_is_told_from_when_to_when() -> None:
    samples = tuple(sample(minutes) for minutes in (*range(20), *range(26, 61)))
    facts = change_facts(deployments=(deployment(samples=samples),))

    finding = triggers_answered_by_rollback(facts, POLICY)

    assert finding.sentence == "Nothing was sampled from 18:19:00 to 18:26:00 UTC."
