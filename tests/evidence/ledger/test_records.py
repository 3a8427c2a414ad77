from decimal import Decimal

import pytest

from changes.models import HealthSample
from evidence.ledger.records import plain, record_digest
from tests.factories.rollout import HealthSampleFactory


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.500", "1.5"), ("82.00", "82"), ("82", "82"), ("0.000", "0"), ("100", "100")],
)
def test_decimal_reads_the_same_with_and_without_zeros(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@pytest.mark.django_db
def test_digest_is_the_same_before_a_record_is_stored_and_after() -> None:
    sample = HealthSampleFactory.create(
        error_rate_percent=Decimal("0.3"), latency_p95_ms=Decimal(412)
    )
    assert record_digest(sample) == record_digest(HealthSample.objects.get())
