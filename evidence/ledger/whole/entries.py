"""A stretch of the log, proved whole: each entry against its leaf, its columns and its texts, the
tree from what is stored at its beginning, and the checkpoints that end in it.

What is not as it should be is not named here: nothing is returned, and the careful check looks.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

from changes.keys import format_key
from changes.models import Organisation
from evidence.ledger import tree
from evidence.ledger.check_log import checkpoint_differences
from evidence.ledger.keys import vkeys
from evidence.ledger.latest import REMOVALS
from evidence.ledger.merkle import Frontier
from evidence.ledger.whole.digests import REMOVED, UNCLEAR, Digests
from evidence.ledger.whole.raw import Rows, as_text, moment, moment_text, stream, uuid_text
from evidence.ledger.whole.texts import opened_texts
from evidence.models import Checkpoint, Disclosure, Event, Leaf

NO_TEXTS = b"{}"


class Stretch(NamedTuple):
    """The edge of the tree before and after it, and what it tells last of each record."""

    before: list[bytes]
    after: list[bytes]
    told: Digests


def whole_stretch(start: int, end: int) -> Stretch | None:
    """Of the entries from `start` up to `end`; None where not all of it is whole."""
    edge, reader = tree.frontier(start), _Reader()
    before = list(edge.roots)
    marks = _checkpoints(start, end)
    for rows in stream(_sql(), [start, end]):
        if not reader.takes(rows, edge, marks):
            return None
    if edge.size != end or marks:
        return None
    return Stretch(before, list(edge.roots), reader.told)


def _checkpoints(start: int, end: int) -> dict[int, list[Checkpoint]]:
    found: dict[int, list[Checkpoint]] = {}
    for checkpoint in Checkpoint.objects.filter(size__gt=start, size__lte=end):
        found.setdefault(checkpoint.size, []).append(checkpoint)
    return found


class _Reader:
    def __init__(self) -> None:
        self.told = Digests()
        self._origin = Organisation.objects.values_list("log_origin", flat=True).get()
        self._vkeys = vkeys()
        self._moment, self._uuid = moment_text(), uuid_text()

    def takes(self, rows: Rows, edge: Frontier, marks: dict[int, list[Checkpoint]]) -> bool:
        """Whether all of them are whole, and follow the edge without a gap."""
        for index, leaf, subtrees, *columns, canonical, opened in rows:
            if index != edge.size or sha256(b"\x00" + canonical).digest() != leaf:
                return False
            if b"".join(edge.append(leaf)) != subtrees:
                return False
            if not self._is_told(columns, canonical, opened):
                return False
            if (
                marks
                and (signed := marks.pop(edge.size, None))
                and not self._are_good(signed, edge)
            ):
                return False
        return True

    def _is_told(self, columns: list[Any], canonical: bytes, opened: str | None) -> bool:
        """Whether the columns and the opened texts are what the canonical bytes say; told without
        reading these, since the names of the fields come in one order.
        """
        key, type_, number, record, record_sha256, actor, occurred, received, is_late = columns
        key = self._uuid(key)
        change = f'"{format_key(number)}"' if number else "null"
        head = f'{{"actor":"{actor}","change":{change},"commitments":'.encode()
        tail = (
            f',"id":"{key}","late":{"true" if is_late else "false"},'
            f'"occurred_at":"{self._moment(occurred)}","origin":"{self._origin}",'
            f'"received_at":"{self._moment(received)}","record":"{record}",'
            f'"record_sha256":"{record_sha256}","type":"{type_}","v":1}}'
        ).encode()
        if not (canonical.startswith(head) and canonical.endswith(tail)):
            return False
        if canonical.startswith(NO_TEXTS, len(head)):
            digest = bytes.fromhex(record_sha256)
        elif (found := _opened(key, canonical, len(head), opened)) is not None:
            digest = sha256(f"{record_sha256}{found}".encode()).digest() if found else UNCLEAR
        else:
            return False
        self.told.put_named(record, REMOVED if type_.endswith(REMOVALS) else digest)
        return True

    def _are_good(self, signed: Iterable[Checkpoint], edge: Frontier) -> bool:
        root = edge.root()
        return not any(checkpoint_differences(c, root, self._origin, self._vkeys) for c in signed)


def _opened(key: str, canonical: bytes, at: int, stored: str | None) -> str | None:
    """The texts that an event commits to, as one JSON text; empty where some were erased or are
    gone, which the careful check judges; None where one is not what was committed to.
    """
    texts = opened_texts(stored or NO_TEXTS.decode())
    held = [f'"{field}":"{_digest(key, field, salt, text)}"' for field, salt, text in texts]
    if canonical.startswith(f"{{{','.join(held)}}}".encode(), at):
        return "{" + ",".join([f'"{field}":{text}' for field, _, text in texts]) + "}"
    committed = set(canonical[at + 1 : canonical.index(b"}", at)].decode().split(","))
    return "" if committed.issuperset(held) else None


def _digest(key: str, field: str, salt: bytes, text: str) -> str:
    """As `commitments.commitment` has it."""
    return sha256(salt + f'["{key}","{field}",{text}]'.encode()).hexdigest()


def _sql() -> str:
    event, leaf, disclosure = (m._meta.db_table for m in (Event, Leaf, Disclosure))
    columns = ", ".join(
        [
            *('l."index"', "l.leaf_hash", "l.subtrees", "e.id", "e.type", "e.change_number"),
            *("e.record", "e.record_sha256", "e.actor"),
            *(moment("e.occurred_at"), moment("e.received_at"), "e.is_late"),
            *("e.canonical", as_text('d."values"')),
        ]
    )
    return (
        f'SELECT {columns} FROM "{leaf}" l'  # noqa: S608 - names of our own
        f' JOIN "{event}" e ON e.id = l.event_id'
        f' LEFT JOIN "{disclosure}" d ON d.event_id = e.id'
        ' WHERE l."index" >= %s AND l."index" < %s ORDER BY l."index"'
    )
