"""A stretch of the log, proved whole: each entry against its leaf, its columns and its texts, the
tree from what is stored at its beginning, and the checkpoints that end in it.

A batch is looked at column by column, since a loop over rows costs more than their hashes. What is
not as it should be is not named here: nothing is returned, and the careful check looks.
"""

from hashlib import sha256
from typing import Any, NamedTuple

from changes.models import Organisation
from evidence.ledger import tree
from evidence.ledger.check_signed import checkpoint_differences
from evidence.ledger.keys import vkeys_by_row
from evidence.ledger.latest import REMOVALS
from evidence.ledger.whole import sql
from evidence.ledger.whole.digests import REMOVED, UNCLEAR, Digests
from evidence.ledger.whole.raw import Rows, stream
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
    reader = _Reader(start, end)
    before = list(reader.edge.roots)
    for rows in stream(_sql(), [reader.origin, start, end]):
        if not reader.takes(rows):
            return None
    if reader.edge.size != end or reader.marks:
        return None
    return Stretch(before, list(reader.edge.roots), reader.told)


class _Reader:
    def __init__(self, start: int, end: int) -> None:
        self.edge = tree.frontier(start)
        self.told = Digests()
        self.origin = Organisation.objects.values_list("log_origin", flat=True).get()
        self.marks: dict[int, list[Checkpoint]] = {}
        for checkpoint in Checkpoint.objects.filter(size__gt=start, size__lte=end):
            self.marks.setdefault(checkpoint.size, []).append(checkpoint)
        self._vkeys = vkeys_by_row()

    def takes(self, rows: Rows) -> bool:
        """Whether all of them are whole, and follow the edge without a gap."""
        start, end = self.edge.size, self.edge.size + len(rows)
        places, leaves, subtrees, stored, heads, keys, tails, *told = zip(*rows, strict=True)
        heads, keys = tuple(map(str.encode, heads)), tuple(map(sql.uuid_of, keys))
        ends = [f',"id":"{key}{tail}'.encode() for key, tail in zip(keys, tails, strict=True)]
        return (
            places == tuple(range(start, end))
            and [sha256(b"\x00" + entry).digest() for entry in stored] == list(leaves)
            and self._grows(list(leaves), start) == list(subtrees)
            and all(map(bytes.startswith, stored, heads))
            and all(map(bytes.endswith, stored, ends))
            and all(map(self._tells, zip(stored, map(len, heads), keys, *told, strict=True)))
        )

    def _grows(self, leaves: list[bytes], start: int) -> list[bytes] | None:
        """What each leaf should hold of the tree; None where a checkpoint is not its word."""
        ended: list[bytes] = []
        end = start + len(leaves)
        for size in sorted({*(size for size in self.marks if size <= end), end}):
            ended += self.edge.extend(leaves[self.edge.size - start : size - start])
            root, signed = self.edge.root(), self.marks.pop(size, [])
            if any(checkpoint_differences(c, root, self.origin, self._vkeys) for c in signed):
                return None
        return ended

    def _tells(self, row: tuple[Any, ...]) -> bool:
        """Whether the kept texts, from `at`, are those that the entry commits to; and whatever it
        tells of its record is what counts from now on.
        """
        entry, at, key, type_, record, told, opened = row
        if entry.startswith(NO_TEXTS, at):
            digest = bytes.fromhex(told)
        elif (found := _opened(key, entry, at, opened)) is not None:
            digest = sha256(f"{told}{found}".encode()).digest() if found else UNCLEAR
        else:
            return False
        self.told.put_named(record, REMOVED if type_.endswith(REMOVALS) else digest)
        return True


def _opened(key: str, entry: bytes, at: int, stored: str | None) -> str | None:
    """The texts that an event commits to, as one JSON text; empty where some were erased or are
    gone, which the careful check judges; None where one is not what was committed to.
    """
    texts = opened_texts(stored or NO_TEXTS.decode())
    held = [f'"{field}":"{_digest(key, field, salt, text)}"' for field, salt, text in texts]
    if entry.startswith(f"{{{','.join(held)}}}".encode(), at):
        return "{" + ",".join([f'"{field}":{text}' for field, _, text in texts]) + "}"
    committed = set(entry[at + 1 : entry.index(b"}", at)].decode().split(","))
    return "" if committed.issuperset(held) else None


def _digest(key: str, field: str, salt: bytes, text: str) -> str:
    """As `commitments.commitment` has it."""
    return sha256(salt + f'["{key}","{field}",{text}]'.encode()).hexdigest()


def _sql() -> str:
    """Head and tail of an entry, with its key between, are its columns as canonical JSON: the
    names come in one order.
    """
    late = sql.truth("e.is_late")
    occurred, received = sql.moment("e.occurred_at"), sql.moment("e.received_at")
    head = ["{'actor':'", "e.actor", "','change':", sql.change_key("e.change_number")]
    tail = [
        *("','late':", late, ",'occurred_at':'", occurred),
        *("','origin':'", "CAST(%s AS text)", "','received_at':'", received),
        *("','record':'", "e.record", "','record_sha256':'", "e.record_sha256"),
        *("','type':'", "e.type", "','v':1}"),
    ]
    columns = [
        *('l."index"', "l.leaf_hash", "l.subtrees", "e.canonical"),
        *(_written([*head, ",'commitments':"]), sql.text("e.id"), _written(tail)),
        *("e.type", "e.record", "e.record_sha256", sql.text('d."values"')),
    ]
    event, leaf, disclosure = (m._meta.db_table for m in (Event, Leaf, Disclosure))
    return (
        f'SELECT {", ".join(columns)} FROM "{leaf}" l'  # noqa: S608 - names of our own
        f' JOIN "{event}" e ON e.id = l.event_id'
        f' LEFT JOIN "{disclosure}" d ON d.event_id = e.id'
        ' WHERE l."index" >= %s AND l."index" < %s ORDER BY l."index"'
    )


def _written(parts: list[str]) -> str:
    """Text and expression by turns; the text with single quotes where JSON has double ones."""
    doubled = (part.replace("'", '"') for part in parts[::2])
    texts, written = [f"'{text}'" for text in doubled], list(parts)
    written[::2] = texts
    return " || ".join(f"({part})" for part in written)
