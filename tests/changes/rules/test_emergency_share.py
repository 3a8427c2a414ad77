from decimal import Decimal

import pytest

from changes.rules.emergency_share import emergency_share_within_maximum
from changes.vocabulary import Verdict


@pytest.mark.parametrize(
    ("emergencies", "changes", "maximum", "verdict"),
    [
        pytest.param(1, 10, "10", Verdict.PASSED, id="exactly 10 % passes"),
        pytest.param(101, 1000, "10", Verdict.FAILED, id="10.1 % fails"),
        pytest.param(1, 10, "9.99", Verdict.FAILED, id="9.99 % at most"),
        pytest.param(0, 10, "0", Verdict.PASSED, id="none"),
        pytest.param(1, 1000, "0", Verdict.FAILED, id="one where none may be"),
        pytest.param(0, 0, "10", Verdict.NOT_APPLICABLE, id="no change"),
    ],
)
def test_share_of_emergencies_is_within_its_maximum(
    emergencies: int, changes: int, maximum: str, verdict: Verdict
) -> None:
    finding = emergency_share_within_maximum(emergencies, changes, Decimal(maximum))
    assert finding.verdict is verdict


def test_too_many_emergencies_are_a_sentence_with_the_numbers() -> None:
    finding = emergency_share_within_maximum(3, 20, Decimal("10.00"))
    assert finding.sentence == "3 of 20 changes were emergencies, more than 10 %."
