"""What happened when, against when it was recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from changes.models import ChangeRequest, PolicyVersion
from changes.queries.policies import approved_versions, reporting_date, version_on
from evidence.models import Event
from evidence.vocabulary import ADOPTED


@dataclass(frozen=True)
class LateRule:
    """How much later than it happened something may be recorded, by the policy in force then."""

    versions: list[PolicyVersion]

    def is_late(self, event: Event) -> bool:
        """Told so by an import, or recorded later than the policy allows. What was there before
        the log tells of no other moment than that of its entry, so it is not late.
        """
        version = version_on(reporting_date(event.received_at), self.versions)
        allowed = timedelta(hours=version.late_entry_after_hours)
        is_told = event.is_late and event.type != ADOPTED
        return is_told or event.received_at - event.occurred_at > allowed


def late_rule() -> LateRule:
    return LateRule(approved_versions())


def late_events(change: ChangeRequest) -> list[Event]:
    """The change's events that were recorded late, in the order in which they happened."""
    rows = Event.objects.filter(change_number=change.number).defer("canonical")
    return only_late(rows.order_by("occurred_at", "id"))


def only_late(events: Iterable[Event]) -> list[Event]:
    rule = late_rule()
    return [event for event in events if rule.is_late(event)]
