"""A long log, built at once: commits with the events that recording them would have made.

The bytes are those of `evidence.ledger.append` and `evidence.ledger.sequence`, without a model
for each row; whoever builds one checks it afterwards, and the check would name any difference.
"""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

AT_ONCE = 20_000


class Made(NamedTuple):
    commit: tuple[Any, ...]
    event: tuple[Any, ...]
    disclosure: tuple[Any, ...]
    leaf: tuple[Any, ...]


COLUMNS = {
    "Commit": "id repository_id sha parents authored_at committed_at subject patch_id is_merge"
    " is_revert on_production_branch attribution brought_in_by branches",
    "Event": "id type change_number record record_sha256 actor occurred_at received_at is_late"
    " canonical",
    "Disclosure": "event_id values",
    "Leaf": "index event_id leaf_hash subtrees sealed_at",
}


def build(entries: int) -> None:
    """`entries` more commits, each with its entry, behind whatever is sealed already."""
    from django.db import transaction

    from changes import clock
    from changes.announcements import Announcement, announce_all
    from changes.models import Commit, Organisation, Repository
    from evidence.ledger import tree
    from evidence.ledger.sequence import seal
    from evidence.models import WaitingEvent

    at = clock.now()
    with transaction.atomic():
        repository = Repository.objects.create(name=f"bench-{secrets.token_hex(4)}")
        announce_all([Announcement("repository.added", repository, at)])
    seal()
    last = Commit.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    origin = Organisation.objects.values_list("log_origin", flat=True).get()
    edge = tree.frontier(tree.size())
    _hurry()
    for start in range(last + 1, last + 1 + entries, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, last + 1 + entries))
        made = [
            # A record a second, as it might have come in the days before.
            _made(
                number, repository.pk, origin, at - timedelta(seconds=last + entries - number), edge
            )
            for number in numbers
        ]
        with transaction.atomic():
            for name, rows in zip(COLUMNS, zip(*made, strict=True), strict=True):
                _store(name, rows)
            WaitingEvent.objects.all().delete()  # their leaves are there


def _made(number: int, repository: int, origin: str, at: datetime, edge: Any) -> Made:
    from evidence.ledger.canonical import utc_text
    from evidence.ledger.event_ids import next_event_id

    key, salt, moment = next_event_id(), secrets.token_hex(32), utc_text(at)
    sha, subject = f"{number:040x}", f"Change number {number} of a system that many people use"
    record = hashlib.sha256(
        f'{{"authored_at":"{moment}","committed_at":"{moment}","id":{number},'
        f'"repository_id":{repository},"sha":"{sha}"}}'.encode()
    ).hexdigest()
    text = f'["{key}","subject","{subject}"]'.encode()
    committed = hashlib.sha256(bytes.fromhex(salt) + text).hexdigest()
    stored = (
        f'{{"actor":"","change":null,"commitments":{{"subject":"{committed}"}},"details":{{}},'
        f'"id":"{key}","late":false,"occurred_at":"{moment}","origin":"{origin}",'
        f'"received_at":"{moment}","record":"commit:{number}","record_sha256":"{record}",'
        '"type":"commit.recorded","v":1}'
    ).encode()
    leaf, index = hashlib.sha256(b"\x00" + stored).digest(), edge.size
    ids = ("commit.recorded", None, f"commit:{number}", record, "", at, at, False, stored)
    return Made(
        (number, repository, sha, "[]", at, at, subject, "", *(False,) * 3, "none", "", "[]"),
        (key, *ids),
        (key, f'{{"subject": ["{salt}", "{subject}"]}}'),
        (index, key, leaf, b"".join(edge.append(leaf)), at),
    )


def _store(name: str, rows: tuple[tuple[Any, ...], ...]) -> None:
    from django.db import connection

    from changes.models import Commit
    from evidence.models import Disclosure, Event, Leaf

    model = next(m for m in (Commit, Event, Disclosure, Leaf) if m.__name__ == name)
    table = model._meta.db_table
    columns = ", ".join(f'"{column}"' for column in COLUMNS[name].split())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",
            list(_plain(rows)),
        )


def _hurry() -> None:
    """What is built has to last no longer than the benchmark; on PostgreSQL keys are not looked
    for in the other tables, which the check does.
    """
    from django.db import connection

    hurry: tuple[str, ...] = ()
    if connection.vendor == "postgresql":
        hurry = (
            "SET LOCAL synchronous_commit = off",
            "SET LOCAL session_replication_role = replica",
        )
    elif not connection.in_atomic_block:
        hurry = ("PRAGMA synchronous = OFF",)
    with connection.cursor() as cursor:
        for statement in hurry:
            cursor.execute(statement)


def _plain(rows: tuple[tuple[Any, ...], ...]) -> Iterator[list[Any]]:
    """As SQLite holds them: keys as 32 digits, moments in UTC without a zone."""
    for row in rows:
        yield [
            value.hex
            if hasattr(value, "hex") and hasattr(value, "int")
            else value.replace(tzinfo=None)
            if isinstance(value, datetime)
            else value
            for value in row
        ]
