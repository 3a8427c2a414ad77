import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from changes import clock
from changes.announcements import Announcement, announce
from changes.models import PolicyVersion, System
from evidence.ledger.merkle import leaf_hash, tree_root, verify_consistency, verify_inclusion
from evidence.ledger.sequence import seal, seal_everything, unsealed_events, waiting_events
from evidence.ledger.tree import Unsealed, consistency_proof, inclusion_proof, root_at, size
from evidence.models import Event, Leaf, WaitingEvent
from evidence.vocabulary import ADOPTED
from tests.factories.catalogue import SystemFactory
from tests.factories.ledger import EventFactory
from tests.factories.times import NOW
from tests.unguarded import unguarded

WRITERS, EACH = 16, 12
# The savepoint, the turn on PostgreSQL, the size, the notes, the edge, the events, two writes.
SEALING = 9 if connection.vendor == "postgresql" else 8


def hashes() -> list[bytes]:
    return [bytes(leaf) for leaf in Leaf.objects.values_list("leaf_hash", flat=True)]


@pytest.mark.django_db
def test_first_of_all_what_was_there_before_is_adopted() -> None:
    seal()

    policy = f"policyversion:{PolicyVersion.objects.get().pk}"
    adopted = Event.objects.filter(type=ADOPTED).values_list("record", flat=True)
    assert set(adopted) == {policy, "organisation:1"}
    assert (size(), waiting_events().count()) == (2, 0)


@pytest.mark.django_db
def test_events_are_sealed_in_the_order_in_which_they_were_received() -> None:
    seal()
    later, sooner = (
        EventFactory.create(received_at=NOW + timedelta(seconds=seconds)) for seconds in (5, 3)
    )
    twin = EventFactory.create(received_at=later.received_at)

    assert seal() == 3

    order = list(Leaf.objects.filter(index__gte=2).values_list("event", flat=True))
    assert order == [sooner.pk, *sorted([later.pk, twin.pk])]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2, 7, 8, 9, 33])
def test_tree_that_grew_by_and_by_is_the_tree_of_its_leaves(number: int) -> None:
    while size() < number:
        EventFactory.create(canonical=str(size()).encode())
        seal()
    leaves, total = hashes(), size()

    assert root_at(total) == tree_root(leaves)
    for index, leaf in enumerate(leaves):
        root = tree_root(leaves[: index + 1])
        assert root_at(index + 1) == root
        assert verify_inclusion(leaf, index, total, inclusion_proof(index, total), root_at(total))
        proof = consistency_proof(index + 1, total)
        assert verify_consistency(index + 1, total, proof, root, root_at(total))


@pytest.mark.django_db
def test_leaf_is_the_hash_of_the_stored_bytes() -> None:
    announce(Announcement("system.added", SystemFactory.create(), NOW))
    seal()

    for leaf in Leaf.objects.select_related("event"):
        assert bytes(leaf.leaf_hash) == leaf_hash(bytes(leaf.event.canonical))


@pytest.mark.django_db
def test_event_is_noted_until_it_has_its_leaf() -> None:
    seal()
    events = [EventFactory.create(), *EventFactory.build_batch(2)]
    Event.objects.bulk_create(events[1:])
    assert set(waiting_events()) == set(events) == set(unsealed_events())

    assert seal() == 3

    assert not WaitingEvent.objects.exists()
    assert not unsealed_events().exists()


@pytest.mark.django_db
def test_event_that_is_rolled_back_leaves_no_note() -> None:
    seal()
    with transaction.atomic():
        EventFactory.create()
        transaction.set_rollback(True)

    assert not WaitingEvent.objects.exists()


@pytest.mark.django_db
def test_event_of_long_ago_is_sealed_as_soon_as_it_is_committed() -> None:
    EventFactory.create(received_at=NOW)
    seal()
    EventFactory.create(received_at=NOW - timedelta(days=400))

    assert seal() == 1


@pytest.mark.django_db
def test_sealing_reads_no_more_where_more_is_sealed(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Nor does it look through the events: it reads those that are noted, by their keys."""
    for number in (1, 200):
        EventFactory.create_batch(number)
        seal()
        EventFactory.create()
        with django_assert_num_queries(SEALING) as seen:
            seal()
        reads = [q["sql"] for q in seen if 'FROM "evidence_event"' in q["sql"]]
        assert len(reads) == 1
        assert '"evidence_event"."id" IN' in reads[0]


@pytest.mark.django_db
def test_what_was_written_past_the_trigger_is_found_by_looking_through_everything() -> None:
    seal()
    with unguarded():
        forgotten = EventFactory.create()
    noted = EventFactory.create()

    assert (seal(), seal_everything(), seal_everything()) == (1, 1, 0)

    assert forgotten.leaf.index == noted.leaf.index + 1


@pytest.mark.django_db
def test_note_on_what_is_sealed_or_gone_keeps_nobody_from_sealing() -> None:
    sealed = EventFactory.create()
    seal()
    for key in (sealed.pk, uuid4()):
        WaitingEvent.objects.create(event_id=key, received_at=NOW)
    EventFactory.create()

    assert seal() == 1

    assert not WaitingEvent.objects.exists()


@pytest.mark.django_db
def test_migration_notes_what_waits_already() -> None:
    migration = import_module("evidence.migrations.0003_events_that_wait")
    EventFactory.create()
    seal()
    with unguarded():
        waits = EventFactory.create()

    with connection.cursor() as cursor:
        cursor.execute(migration.NOTE_WAITING)

    note = WaitingEvent.objects.get()
    assert (note.event, note.received_at) == (waits, waits.received_at)


@pytest.mark.django_db
def test_more_than_a_batch_is_sealed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.ledger.sequence.BATCH", 3)
    EventFactory.create_batch(7)

    assert seal() == 9  # with the two that are adopted
    assert seal() == 0


@pytest.mark.django_db
def test_an_event_has_one_leaf_and_a_number_is_given_once() -> None:
    event = EventFactory.create()
    seal()

    for index, key in ((99, event.pk), (0, EventFactory.create().pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Leaf(index=index, event_id=key, leaf_hash=b"", subtrees=b"", sealed_at=NOW).save(
                force_insert=True
            )


@pytest.mark.django_db
def test_proof_over_a_leaf_that_is_gone_says_which() -> None:
    seal()

    with pytest.raises(Unsealed, match="Leaf 3 is missing"):
        root_at(4)


@pytest.mark.postgres
@pytest.mark.usefixtures("committed_db")
def test_what_began_before_and_is_committed_after_is_sealed_as_well() -> None:
    """Received first, committed last: a number or a time to go on from would pass it by."""
    seal()
    began, over = threading.Event(), threading.Event()

    def late() -> UUID:
        with transaction.atomic():
            event = EventFactory.create(received_at=NOW - timedelta(hours=3))
            began.set()
            over.wait(30)
        connection.close()
        return event.pk

    with ThreadPoolExecutor(1) as threads:
        writer = threads.submit(late)
        began.wait(30)
        EventFactory.create(received_at=NOW)
        before = seal()
        over.set()
        key = writer.result()

    assert (before, seal()) == (1, 1)
    assert Leaf.objects.latest("index").event_id == key


def write(writer: int) -> None:
    for number in range(EACH):
        with transaction.atomic():
            name = f"s-{writer}-{number}"
            system = System.objects.create(slug=name, name=name)
            announce(Announcement("system.added", system, clock.now()))
    connection.close()


def sequence(over: threading.Event) -> list[tuple[int, bytes]]:
    published = []
    while not over.wait(0.01):
        seal()
        published.append((total := size(), root_at(total)))
    connection.close()
    return published


@pytest.mark.postgres
@pytest.mark.usefixtures("committed_db")
def test_sixteen_writers_leave_no_gap_and_no_fork() -> None:
    """While they write, two sequencers seal; what is published on the way stays true."""
    over = threading.Event()
    with ThreadPoolExecutor(WRITERS + 2) as threads:
        sequencers = [threads.submit(sequence, over) for _ in range(2)]
        writers = [threads.submit(write, number) for number in range(WRITERS)]
        for writer in writers:
            writer.result()
        over.set()
        published = [pair for sequencer in sequencers for pair in sequencer.result()]
    seal()

    leaves, total = hashes(), size()
    assert list(Leaf.objects.values_list("index", flat=True)) == list(range(total))
    assert Event.objects.filter(type="system.added").count() == WRITERS * EACH
    assert total == Event.objects.count()
    assert len(published) > 1
    assert [known for known, root in published if tree_root(leaves[:known]) != root] == []
