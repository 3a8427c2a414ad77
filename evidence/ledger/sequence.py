"""The sequencer: committed events become leaves of the tree, in order and without gaps.

Whoever writes an event waits for nobody. Here one process at a time takes what has no leaf yet
and numbers it. Events are found by what is missing, never by a number to go on from: one that
was written earlier may be committed later.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from changes import clock
from evidence.ledger.adopt import adopt_unrecorded
from evidence.ledger.merkle import leaf_hash
from evidence.ledger.tree import frontier, size
from evidence.models import Event, Leaf

LOCK = 0x4F524341  # "ORCA": the sequencer's own advisory lock
BATCH = 1000
# Every two seconds only what was received lately is looked through; now and then, everything.
LATELY = timedelta(hours=1)


def seal(*, is_thorough: bool = True) -> int:
    """Give every committed event its leaf; how many got one.

    Not `is_thorough` looks at what was received within an hour of the newest leaf or later.
    """
    sealed = 0
    while number := _seal_batch(is_thorough=is_thorough):
        sealed += number
        if number < BATCH:
            break
    return sealed


@transaction.atomic
def _seal_batch(*, is_thorough: bool) -> int:
    _take_turn()
    start = size()
    if start == 0:
        adopt_unrecorded(clock.now())
    waiting = waiting_events()
    if not is_thorough and (since := _lately()):
        waiting = waiting.filter(received_at__gte=since)
    tree, at = frontier(start), clock.now()
    leaves = []
    for key, canonical in waiting.values_list("pk", "canonical")[:BATCH]:
        leaf = leaf_hash(bytes(canonical))
        index = tree.size
        subtrees = b"".join(tree.append(leaf))
        leaves.append(
            Leaf(index=index, event_id=key, leaf_hash=leaf, subtrees=subtrees, sealed_at=at)
        )
    Leaf.objects.bulk_create(leaves)
    return len(leaves)


def waiting_events() -> QuerySet[Event]:
    """Those without a leaf, in the order in which they will get one."""
    return Event.objects.filter(leaf__isnull=True).order_by("received_at", "id")


def _lately() -> datetime | None:
    last: datetime | None = Leaf.objects.order_by("-index")[:1].aggregate(
        at=Max("event__received_at")
    )["at"]
    return last - LATELY if last else None


def _take_turn() -> None:
    """One sequencer at a time. SQLite has one writer anyway: its transactions begin IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
