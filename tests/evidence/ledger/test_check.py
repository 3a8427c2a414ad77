"""What a check finds: each column of each covered table, and each way to alter a log."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from changes.announcements import Announcement, announce
from changes.models import Approval, ChangeRequest, KeptReply
from evidence.ledger import differences as kept
from evidence.ledger.check import check_ledger
from evidence.ledger.check_records import check_named
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.coverage import LEFT_OUT as LEFT_OUT_MODELS
from evidence.ledger.coverage import covered_models
from evidence.ledger.differences import Differences
from evidence.ledger.keys import current_key, retire_key, rotate_key
from evidence.ledger.merkle import Frontier, leaf_hash
from evidence.ledger.records import record_name
from evidence.ledger.sequence import seal
from evidence.ledger.shapes import BODIES, LEFT_OUT, shape_of
from evidence.models import Checkpoint, Disclosure, Event, Leaf, LedgerCheck, LogKey
from tests.factories.by_model import factory_of
from tests.factories.catalogue import OnCallShiftFactory
from tests.factories.interfaces import KeptReplyFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW
from tests.loaded_sample import put_sample
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    """But for the guards: most of these tests lift them first."""
    return [line for line in check_ledger().differences if "is not guarded" not in line]


def tell_nobody(line: str) -> None:
    """The sample's loading talks."""


@pytest.fixture
def log() -> Iterator[None]:
    """A story's log, sealed and signed, in the hands of somebody who switched the guards off."""
    make_story().pass_gates().approve().deploy().verify()
    old = current_key()
    rotate_key(actor=None, at=NOW)
    retire_key(key=old, reason="Its year is over", actor=None, at=NOW)
    for model in covered_models():
        if not model._meta.base_manager.exists():
            factory_of(model).create()
    checkpoint_now(NOW)
    assert found() == []
    with unguarded():
        yield


def test_empty_portal_is_whole() -> None:
    assert found() == []


def test_sample_is_whole_and_stays_so() -> None:
    """Every write of the workflow announces itself, or this names the record."""
    put_sample(tell_nobody)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # PostgreSQL would do so by itself, but not within a transaction

    assert found() == []
    checkpoint_now(NOW)
    assert found() == []


FILLED: dict[type, Any] = {
    models.DateTimeField: NOW,
    models.DateField: NOW.date(),
    models.BooleanField: True,
    models.JSONField: ["x"],
    models.DecimalField: Decimal(1),
}
OTHERS: list[tuple[tuple[type, ...], Callable[[Any], list[Any]]]] = [
    ((bool,), lambda value: [not value]),
    ((int,), lambda value: [value + 1, value - 1, value + 1000, None]),
    ((Decimal,), lambda value: [value + 1, value - 1]),
    ((datetime,), lambda value: [value + timedelta(seconds=1), value - timedelta(seconds=1)]),
    ((date,), lambda value: [value + timedelta(days=1), value - timedelta(days=1)]),
    ((time,), lambda value: [value.replace(minute=value.minute + 1)]),
    ((dict, list), lambda value: [[value], {"altered": value}]),
    ((bytes, memoryview), lambda value: [bytes(value) + b"x"]),
    ((UUID,), lambda value: [UUID(int=value.int ^ 1)]),
]


# What the database lets nobody alter alone, guards or none: a stage stands once, and a waiver has
# its reason.
REFUSED = {"RolloutStage.name", "DocumentationUpdate.waived_by_id"}


def candidates(column: Any, value: Any) -> list[Any]:
    """Other values than this one, of its type; a constraint may refuse some of them."""
    if isinstance(value, str):
        choices = [choice for choice, _ in column.choices or [] if choice != value]
        longest = column.max_length or len(value) + 1
        return [*choices, f"{value}x"[:longest], f"x{value[1:]}", "x" * min(longest, 64)]
    for types, others in OTHERS:
        if isinstance(value, types):
            return others(value)
    return [FILLED.get(type(column), 1), "x"]


def altered(model: type[models.Model], key: Any, column: Any) -> bool:
    """Whether the database took another value for the column; undone by who called."""
    row = model._meta.base_manager.filter(pk=key)
    before = row.values_list(column.attname, flat=True).get()
    for value in candidates(column, before):
        if value == before:
            continue
        try:
            with transaction.atomic():
                row.update(**{column.attname: value})
                return True
        except (DatabaseError, ValueError, TypeError):
            continue
    return False


def story_change() -> ChangeRequest:
    return ChangeRequest.objects.order_by("pk")[0]


def columns_of(model: type[models.Model]) -> list[Any]:
    columns = model._meta.concrete_fields
    secrets = LEFT_OUT - {body for body, _ in BODIES.values()}
    return [f for f in columns if f.attname not in secrets and not f.primary_key]


@pytest.mark.usefixtures("log")
def test_every_altered_column_of_every_record_is_found_and_its_record_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All first columns at once, then all second ones: each alteration is named by its record."""
    monkeypatch.setattr(kept, "KEPT", 10_000)  # another origin differs from that of every event
    rows = {model: model._meta.base_manager.order_by("pk")[0] for model in covered_models()}
    columns = {model: columns_of(model) for model in rows}
    counted, missed, refused = 0, [], set()
    for number in range(max(map(len, columns.values()))):
        with transaction.atomic():
            wrong = {}
            for model, names in columns.items():
                if number < len(names):
                    column = names[number]
                    if altered(model, rows[model].pk, column):
                        wrong[f"{record_name(rows[model])}:"] = column.attname
                    else:
                        refused.add(f"{model.__name__}.{column.attname}")
            sentences = found()
            missed += [
                (name, column)
                for name, column in wrong.items()
                if not any(sentence.startswith(name) for sentence in sentences)
            ]
            counted += len(wrong)
            transaction.set_rollback(True)

    assert missed == []
    assert refused <= REFUSED
    assert counted >= 370


@pytest.mark.usefixtures("log")
def test_every_altered_link_is_found() -> None:
    missed, counted = [], 0
    for model in covered_models():
        for relation in shape_of(model).relations:
            row = model._meta.base_manager.first()
            if row is None:
                continue
            with transaction.atomic():
                target = relation.related_model
                if not target._meta.base_manager.exists():
                    continue
                links = getattr(row, relation.name)
                links.clear() if links.exists() else links.add(target._meta.base_manager.first())
                counted += 1
                if not any(s.startswith(record_name(row)) for s in found()):
                    missed.append(relation)
                transaction.set_rollback(True)

    assert missed == []
    assert counted >= 4


LOG = (Event, Leaf, Disclosure, Checkpoint, LogKey, LedgerCheck, KeptReply)
# What of these no check compares, and why it is no evidence. Time-stamps: test_time_stamps.py.
NO_EVIDENCE = {
    "Checkpoint.id": "a number of the database; the note counts, and it is checked",
    "Checkpoint.issued_at": "a note has no time; a time-stamp, or whoever holds it, dates it",
    "Leaf.sealed_at": "when the portal numbered it; the entry tells when it was received",
    **{
        f"{model.__name__}.{column.attname}": LEFT_OUT_MODELS[model._meta.label]
        for model in (LedgerCheck, KeptReply)
        for column in model._meta.concrete_fields
    },
}


@pytest.mark.usefixtures("log")
def test_every_altered_column_of_the_log_is_found_or_is_no_evidence() -> None:
    """One log for all of them; what was altered is put back each time."""
    KeptReplyFactory.create()
    not_found = []
    for model in LOG:
        row: Any = model._meta.base_manager.order_by("-pk")[0]
        names = named(row)
        for column in model._meta.concrete_fields:
            with transaction.atomic():
                assert altered(model, row.pk, column), column
                sentences = " ".join(found())
                transaction.set_rollback(True)
            if not any(name in sentences for name in names):
                not_found.append(f"{model.__name__}.{column.attname}")
                assert not sentences, column

    assert not_found == [name for name in not_found if name in NO_EVIDENCE]
    assert set(not_found) == NO_EVIDENCE.keys()


def named(row: Any) -> list[str]:
    match row:
        case Event():
            return [str(row.pk), f"Entry {row.leaf.index}"]
        case Leaf():
            return [f"Entry {row.index}", f"Entry {Leaf.objects.count() - 1}"]
        case Disclosure():
            return [str(row.pk), f"{row.event.record}:"]
        case Checkpoint():
            return [f"Checkpoint {row.pk}", "Checkpoint at"]
    return [record_name(row)]


@pytest.mark.usefixtures("log")
def test_missing_row_is_named() -> None:
    approval = Approval.objects.latest("pk")
    name = record_name(approval)
    approval.delete()

    (sentence,) = found()

    assert sentence.startswith(f"{name}: its row is missing")


@pytest.mark.usefixtures("log")
def test_row_too_many_is_named() -> None:
    approval = Approval.objects.latest("pk")
    approval.pk, approval.revision = None, "f" * 40
    approval.save(force_insert=True)

    (sentence,) = found()

    assert sentence.startswith(f"{record_name(approval)}: a row too many")


@pytest.mark.usefixtures("log")
def test_row_that_the_log_says_was_removed_is_named() -> None:
    shift = OnCallShiftFactory.create()
    announce(Announcement("oncallshift.removed", shift, NOW))

    assert f"{record_name(shift)}: a row too many; the log says that it was removed." in found()


@pytest.mark.usefixtures("log")
def test_swapped_order_is_named() -> None:
    """Two events exchange their places in the log."""
    first, second = Leaf.objects.order_by("index")[3:5]
    spare = Event.objects.create(
        type="x", record="x:1", occurred_at=NOW, received_at=NOW, canonical=b"{}"
    )
    one, two = first.event_id, second.event_id
    for leaf, key in ((first.index, spare.pk), (second.index, one), (first.index, two)):
        Leaf.objects.filter(index=leaf).update(event=key)
    spare.delete()

    sentences = found()

    assert f"Entry {first.index} was put in another order" in " ".join(sentences)
    assert f"Entry {second.index} was put in another order" in " ".join(sentences)


@pytest.mark.usefixtures("log")
def test_moved_time_is_named_with_both_times() -> None:
    event = Event.objects.filter(type="change.submit").get()
    Event.objects.filter(pk=event.pk).update(received_at=event.received_at - timedelta(days=9))

    (sentence,) = found()

    assert str(event.pk) in sentence
    assert "received_at is 2026-07-06T18:00:00.000000Z" in sentence
    assert "2026-07-15T18:00:00.000000Z was recorded" in sentence


@pytest.mark.usefixtures("log")
def test_missing_entry_is_named() -> None:
    Leaf.objects.filter(index=4).delete()

    assert "Entry 4 is missing" in " ".join(found())


@pytest.mark.usefixtures("log")
def test_many_missing_entries_are_named_as_one() -> None:
    last = Leaf.objects.latest("index").index
    Leaf.objects.filter(index=last).update(index=5_000_000)

    assert f"Entries {last} to 4999999 are missing" in " ".join(found())


@pytest.mark.usefixtures("log")
def test_log_that_was_worked_out_anew_does_not_fit_what_was_signed() -> None:
    """The row, its event, every leaf and every subtree fit each other; the checkpoint does not."""
    change = story_change()
    event = Event.objects.filter(record=record_name(change)).latest("received_at", "id")
    held = json.loads(bytes(event.canonical))
    held["details"]["state"] = "another"
    stored = json.dumps(held, sort_keys=True, separators=(",", ":")).encode()
    Event.objects.filter(pk=event.pk).update(canonical=stored)
    tree, leaves = Frontier(), list(Leaf.objects.select_related("event"))
    for leaf in leaves:
        leaf.leaf_hash = leaf_hash(bytes(leaf.event.canonical))
        leaf.subtrees = b"".join(tree.append(bytes(leaf.leaf_hash)))
    Leaf.objects.bulk_update(leaves, ["leaf_hash", "subtrees"])

    (sentence,) = found()

    assert sentence.startswith("Checkpoint ")
    assert "the log's root is not the one that was signed" in sentence


@pytest.mark.usefixtures("log")
def test_log_that_was_rolled_back_is_named_by_the_signers_memory() -> None:
    Checkpoint.objects.all().delete()
    Leaf.objects.order_by("-index").first().delete()  # type: ignore[union-attr]
    Event.objects.filter(leaf__isnull=True).delete()

    assert "The signer signed" in " ".join(found())


UNREADABLE = [[{}], "x", {"title": {}}, {"title": []}, {"title": [5, "x"]}, {"title": ["zz", "x"]}]


@pytest.mark.usefixtures("log")
def test_disclosure_that_cannot_be_read_is_named() -> None:
    name = record_name(story_change())
    opened = Disclosure.objects.filter(event__record=name, values__has_key="title")
    last = opened.latest("event__id")
    for values in UNREADABLE:
        Disclosure.objects.filter(pk=last.pk).update(values=values)

        sentences = " ".join(found())

        assert f"Event {last.pk} " in sentences, values
        assert f"{name}: title" in sentences, values


@pytest.mark.usefixtures("log")
def test_text_that_was_altered_in_the_disclosure_is_named() -> None:
    change = story_change()
    ChangeRequest.objects.filter(pk=change.pk).update(title="Another title")
    opened = Disclosure.objects.filter(event__record=record_name(change)).latest("event__id")
    opened.values["title"][1] = "Another title"
    opened.save()

    of_the_event, of_the_record = found()

    assert of_the_event.startswith(f"Event {opened.pk} ")
    assert of_the_event.endswith(
        "the text of title that is kept is not the one that was committed to."
    )
    assert of_the_record.startswith(f"{record_name(change)}: title was altered")


@pytest.mark.usefixtures("log")
def test_text_of_an_older_event_that_was_altered_is_named() -> None:
    opened = Disclosure.objects.filter(event__record=record_name(story_change())).earliest(
        "event__leaf__index"
    )
    opened.values["description"][1] = "It never said so."
    opened.save()

    (sentence,) = found()

    assert sentence.startswith(f"Event {opened.pk} ")
    assert "the text of description that is kept" in sentence


@pytest.mark.usefixtures("log")
def test_record_that_was_changed_while_the_check_read_is_compared_with_what_is_told_by_now() -> (
    None
):
    """A person at work is no difference: the doubt of a moment ago is looked at once more."""
    change, differences = story_change(), Differences()
    change.is_infrastructure = True
    change.save()
    announce(Announcement("change.edited", change, NOW, change=change))

    check_named([record_name(change)], differences)

    assert differences.sentences == []


@pytest.mark.usefixtures("log")
def test_salt_that_is_gone_is_named() -> None:
    Disclosure.objects.filter(event__record=record_name(story_change())).delete()

    assert "title cannot be compared: its salt is gone" in " ".join(found())


def test_table_without_its_guard_is_named() -> None:
    with unguarded():
        sentences = check_ledger().differences

    assert "The table changes_approval is not guarded against changes: run migrate." in sentences


def test_check_is_kept_with_what_it_found() -> None:
    make_story()
    check_ledger()

    check = LedgerCheck.objects.get()

    assert (check.found, check.differences) == (0, [])
    assert check.entries == Event.objects.count()
    assert check.records > 5


def test_command_says_whole_and_ends_well() -> None:
    make_story()
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert out.getvalue().endswith("whole.\n")


def test_command_names_differences_and_ends_with_one() -> None:
    make_story()
    seal()
    ChangeRequest.objects.update(is_infrastructure=True)
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", stdout=out)

    assert ended.value.code == 1
    assert out.getvalue().startswith("DIFFERENCE: changerequest:")
