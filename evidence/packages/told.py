"""What the log tells of a change request itself, so that its row of the population can be compared
with the log: the record whose digest the last event holds, and the salt of its title.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from changes.models import ChangeRequest
from evidence.ledger.canonical import canonical
from evidence.ledger.records import links_of, record_name, record_values
from evidence.models import Disclosure, Event, Leaf

AT_ONCE = 500
Facts = dict[str, Any]


def told_of(changes: Sequence[ChangeRequest]) -> dict[int, Facts]:
    """By number. The record stands as the very text whose digest was taken."""
    names = [record_name(change) for change in changes]
    events = Event.objects.filter(record__in=names).order_by("received_at", "id")
    last = dict(events.values_list("record", "pk"))
    kept = Disclosure.objects.filter(pk__in=list(last.values()))
    opened, links = dict(kept.values_list("pk", "values")), links_of(changes)
    found = {}
    for change in changes:
        event = last.get(record_name(change))
        if event is not None:
            salt, _ = opened.get(event, {}).get("title", ("", ""))
            record = canonical(record_values(change, links[change.pk])).decode()
            found[change.number] = {"event": str(event), "salt": salt, "record": record}
    return found


def record_lines(told: Iterable[tuple[str, Facts | None]]) -> Iterator[Facts]:
    """Each with the place of its event in the log."""
    pairs = ((key, facts) for key, facts in told if facts)
    while batch := list(islice(pairs, AT_ONCE)):
        leaves = Leaf.objects.filter(event__in=[facts["event"] for _, facts in batch])
        places = {str(event): index for event, index in leaves.values_list("event", "index")}
        for key, facts in batch:
            place = places[facts["event"]]
            yield {"key": key, "entry": place, "salt": facts["salt"], "record": facts["record"]}
