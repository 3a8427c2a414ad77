from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from changes.rules.authorization import approved_at
from changes.rules.facts import ChangeFacts
from tests.factories import times
from tests.factories.facts import (
    CLUSTER,
    OTHER,
    POLICY,
    all_gates,
    change_facts,
    deployment,
    emergency,
    imported,
    lead_approval,
    on_call_approval,
    peer_approval,
    review,
    standard,
)

LATER = times.APPROVED + timedelta(minutes=7)
EARLY = times.SUBMITTED - timedelta(hours=1)


def gates_at(at: datetime) -> tuple[Any, ...]:
    return tuple(replace(result, produced_at=at) for result in all_gates())


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            change_facts(approvals=(lead_approval(), peer_approval(decided_at=LATER))),
            LATER,
            id="normal by the last approval",
        ),
        pytest.param(
            change_facts(gate_results=()), times.APPROVED, id="normal whatever the gates say"
        ),
        pytest.param(change_facts(approvals=(lead_approval(),)), None, id="normal without a peer"),
        pytest.param(
            change_facts(approvals=(lead_approval(),), reviews=(review(submitted_at=LATER),)),
            LATER,
            id="normal by a review on the git host",
        ),
        pytest.param(
            change_facts(
                approvals=(lead_approval(decided_at=EARLY), peer_approval(decided_at=EARLY))
            ),
            times.SUBMITTED,
            id="never before it was submitted",
        ),
        pytest.param(change_facts(submitted_at=None), None, id="never for a draft"),
        pytest.param(
            change_facts(approvals=(lead_approval(revision=OTHER), peer_approval())),
            None,
            id="not by a stale approval",
        ),
        pytest.param(
            change_facts(
                approvals=(lead_approval(), peer_approval(decided_at=times.VERIFIED)),
                deployments=(deployment(),),
            ),
            None,
            id="not by an approval after the deployment",
        ),
        pytest.param(
            standard(gate_results=gates_at(LATER)), LATER, id="standard when its last gate passed"
        ),
        pytest.param(
            standard(gate_results=all_gates()[1:]), None, id="standard with a gate missing"
        ),
        pytest.param(standard(procedure=None), None, id="standard without a procedure"),
        pytest.param(standard(systems=(CLUSTER,)), None, id="standard on infrastructure"),
        pytest.param(
            emergency(approvals=(on_call_approval(decided_at=LATER),)),
            LATER,
            id="emergency by the engineer on call",
        ),
        pytest.param(emergency(approvals=()), None, id="emergency without an approval"),
        pytest.param(imported(), None, id="imported history"),
    ],
)
def test_approved_at_is_when_the_last_thing_needed_arrived(
    facts: ChangeFacts, expected: datetime | None
) -> None:
    assert approved_at(facts, POLICY) == expected
