"""No record without its event, and the newest event tells of the record as it is."""

import pytest

from changes.models import Organisation
from evidence.ledger.coverage import covered_models
from evidence.ledger.records import record_digest, record_name
from evidence.models import Event

MODELS = [model for model in covered_models() if model._meta.app_label == "changes"]
# Made by a migration, before there was anything to announce it to.
SEEDED = {"policyversion:1"}


@pytest.fixture(scope="module")
def told(sample: list[str]) -> dict[str, set[str]]:
    """The digests that events told of each record."""
    digests: dict[str, set[str]] = {}
    for record, digest in Event.objects.values_list("record", "record_sha256"):
        digests.setdefault(record, set()).add(digest)
    return digests


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_every_row_has_an_event_that_tells_of_it_as_it_is(
    model: type, told: dict[str, set[str]]
) -> None:
    if model is Organisation:
        pytest.skip("its counter of change numbers is no record of its own")
    rows = [row for row in model.objects.all() if record_name(row) not in SEEDED]  # type: ignore[attr-defined]
    silent = [str(row) for row in rows if record_digest(row) not in told.get(record_name(row), ())]
    assert silent == []


def test_events_were_received_in_the_order_of_time(sample: list[str]) -> None:
    late = [event.record for event in Event.objects.all() if event.occurred_at > event.received_at]
    assert late == []


def test_change_numbers_run_with_time(sample: list[str]) -> None:
    drafts = Event.objects.filter(type="change.draft").order_by("received_at")
    assert list(drafts.values_list("change_number", flat=True)) == list(range(1, 163))
