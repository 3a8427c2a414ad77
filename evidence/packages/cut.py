"""Where a package cuts the log: behind the last event of the record that its snapshot saw."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from evidence.ledger.keys import current_key
from evidence.ledger.sequence import seal, seal_everything, waiting_events
from evidence.models import Event, Leaf
from evidence.vocabulary import ADOPTED, ASIDE


@dataclass(frozen=True)
class Seen:
    """The last leaf of the record, and the events that had no leaf yet."""

    last: int
    waiting: list[UUID]


def is_aside(path: str = "") -> Q:
    found = Q()
    for prefix in ASIDE:
        found |= Q(**{f"{path}type__startswith": prefix})
    return found


def record_events() -> QuerySet[Event]:
    """Those that say what happened; neither about the proof itself nor about how the log began."""
    return Event.objects.exclude(is_aside()).exclude(type=ADOPTED)


def ready_to_cut() -> None:
    """The key is made first: that is an event, and it is to be sealed as well."""
    current_key()
    seal_everything()


def seen_of_the_log() -> Seen:
    """Within the snapshot: what was committed a moment ago may wait for its leaf."""
    last = Leaf.objects.exclude(is_aside("event__")).order_by("-index").first()
    waiting = waiting_events().exclude(is_aside()).values_list("pk", flat=True)
    return Seen(-1 if last is None else last.index, list(waiting))


def cut_behind(seen: Seen) -> int:
    """How many leaves the package covers."""
    if not seen.waiting:
        return seen.last + 1
    seal()
    found: int = Leaf.objects.filter(event__in=seen.waiting).aggregate(last=Max("index"))["last"]
    return max(seen.last, found) + 1
