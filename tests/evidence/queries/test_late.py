from datetime import timedelta

import pytest

from changes.models import PolicyVersion
from changes.vocabulary import Role
from evidence.queries.late import late_events, only_late
from tests.clients import ClientAs
from tests.factories.ledger import EventFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("delay", "is_late", "expected"),
    [
        pytest.param(timedelta(0), False, False, id="at once"),
        pytest.param(DAY, False, False, id="just within"),
        pytest.param(DAY + timedelta(microseconds=1), False, True, id="just beyond"),
        pytest.param(timedelta(0), True, True, id="told so by an import"),
        pytest.param(-DAY, False, False, id="ahead of its time"),
    ],
)
def test_what_is_recorded_later_than_the_policy_allows_is_late(
    delay: timedelta, is_late: bool, expected: bool
) -> None:
    event = EventFactory.create(occurred_at=NOW - delay, received_at=NOW, is_late=is_late)

    assert only_late([event]) == ([event] if expected else [])


def test_figure_is_the_policys() -> None:
    with unguarded():
        PolicyVersion.objects.update(late_entry_after_hours=1)

    event = EventFactory.create(occurred_at=NOW - timedelta(hours=2), received_at=NOW)
    assert only_late([event]) == [event]


def test_change_page_and_ledger_show_both_times(client_as: ClientAs) -> None:
    change = make_story().change
    event = EventFactory.create(
        change_number=change.number,
        type="deployment.recorded",
        occurred_at=NOW - timedelta(days=9),
        received_at=NOW,
    )
    assert event in late_events(change)
    client = client_as(Role.AUDITOR)

    page = " ".join(client.get(f"/changes/{change.key}/").content.decode().split())
    ledger = client.get("/ledger/").content.decode()

    assert "recorded later than the policy allows" in page
    assert "deployment.recorded: said to have happened" in page
    assert "recorded late" in ledger
