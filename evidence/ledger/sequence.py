"""The sequencer: committed events become leaves of the tree, in order and without gaps.

Whoever writes an event waits for nobody. A trigger of the database notes each event that waits
for its leaf, in the event's own transaction; here one process at a time takes what is noted and
numbers it. There is no number to go on from: what was written earlier may be committed later, and
is noted when it is. Sealing costs what waits, however long the log is.
"""

from django.db import connection, transaction
from django.db.models import QuerySet

from changes import clock
from evidence.ledger.adopt import adopt_unrecorded
from evidence.ledger.merkle import leaf_hash
from evidence.ledger.tree import frontier, size
from evidence.models import Event, Leaf, WaitingEvent

LOCK = 0x4F524341  # "ORCA": the sequencer's own advisory lock
BATCH = 1000


def seal() -> int:
    """Give every committed event that is noted its leaf; how many got one."""
    sealed, taken = 0, BATCH
    while taken == BATCH:
        taken, leaves = _seal_batch()
        sealed += leaves
    return sealed


def seal_everything() -> int:
    """As `seal`, and then what nobody noted: there is some only if the triggers were off while it
    was written, and then every event is looked at.
    """
    sealed = seal()
    if not is_any_unsealed():
        return sealed
    with transaction.atomic():
        _take_turn()
        forgotten = unsealed_events().filter(waiting__isnull=True)
        rows = forgotten.values_list("pk", "received_at").iterator()
        notes = [WaitingEvent(event_id=key, received_at=at) for key, at in rows]
        WaitingEvent.objects.bulk_create(notes, batch_size=BATCH)
    return sealed + seal()


def is_any_unsealed() -> bool:
    """A leaf is of one event, and no two are of the same: so it is enough to count."""
    return Event.objects.count() > Leaf.objects.count()


def waiting_events() -> QuerySet[Event]:
    """Those that are noted, in the order in which they will get their leaves."""
    return Event.objects.filter(waiting__isnull=False).order_by("received_at", "id")


def unsealed_events() -> QuerySet[Event]:
    """Those without a leaf, noted or not: this looks at every event."""
    return Event.objects.filter(leaf__isnull=True).order_by("received_at", "id")


@transaction.atomic
def _seal_batch() -> tuple[int, int]:
    """How many notes were taken, and how many leaves they made: a note may have come too late."""
    _take_turn()
    start = size()
    if start == 0:
        adopt_unrecorded(clock.now())
    notes = list(WaitingEvent.objects.values_list("event_id", flat=True)[:BATCH])
    if not notes:
        return 0, 0
    tree, at, leaves = frontier(start), clock.now(), []
    events = Event.objects.filter(pk__in=notes, leaf__isnull=True).order_by("received_at", "id")
    for key, canonical in events.values_list("pk", "canonical"):
        leaf = leaf_hash(bytes(canonical))
        index = tree.size
        subtrees = b"".join(tree.append(leaf))
        leaves.append(
            Leaf(index=index, event_id=key, leaf_hash=leaf, subtrees=subtrees, sealed_at=at)
        )
    Leaf.objects.bulk_create(leaves)
    WaitingEvent.objects.filter(event_id__in=notes).delete()
    return len(notes), len(leaves)


def _take_turn() -> None:
    """One sequencer at a time. SQLite has one writer anyway: its transactions begin IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
