"""The log checked in one pass: every event, every leaf, every stored subtree, every checkpoint."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from changes.keys import format_key
from changes.models import Organisation
from evidence.ledger.canonical import utc_text
from evidence.ledger.check_signed import check_end, checkpoint_differences
from evidence.ledger.commitments import opens
from evidence.ledger.differences import Differences
from evidence.ledger.keys import vkeys_by_row
from evidence.ledger.latest import Latest
from evidence.ledger.merkle import Frontier, leaf_hash
from evidence.ledger.notes import BadNote, Vkey
from evidence.ledger.sequence import unsealed_events
from evidence.ledger.tree import size
from evidence.models import Checkpoint, Leaf

AT_ONCE = 2000
Progress = Callable[[int, int], None]


class Entry(NamedTuple):
    """A leaf with its event, as the columns say it."""

    place: int
    leaf_hash: bytes
    subtrees: bytes
    id: Any
    type: str
    change_number: int | None
    record: str
    record_sha256: str
    actor: str
    occurred_at: datetime
    received_at: datetime
    is_late: bool
    canonical: bytes
    disclosure__values: dict[str, list[Any]] | None


OF_THE_LEAF = {"place": "index", "leaf_hash": "leaf_hash", "subtrees": "subtrees"}
COLUMNS = [OF_THE_LEAF.get(name, f"event__{name}") for name in Entry.__annotations__]


class LogCheck:
    """Recomputes the tree; `latest` knows afterwards which entry tells last of each record."""

    def __init__(self, differences: Differences) -> None:
        self.differences = differences
        self.latest = Latest()
        self.tree = Frontier()
        self._origin = Organisation.objects.values_list("log_origin", flat=True).get()
        self._checkpoints = self._signed()
        self._vkeys = self._known_keys()
        # What does not hash as its leaf says: sealed hash by index, and index by what it hashes to.
        self._sealed: dict[int, bytes] = {}
        self._found: dict[bytes, int] = {}

    def run(self, progress: Progress) -> int:
        total, begun_at = Leaf.objects.count(), size()
        for entry in _entries():
            self._check(entry)
            if self.tree.size % AT_ONCE == 0:
                progress(self.tree.size, total)
        self._name_missing(begun_at)  # leaves at the end whose events are gone
        self._name_altered()
        check_end(self.tree.size, self.differences)
        name_unsealed(self.differences)
        progress(self.tree.size, total)
        return self.tree.size

    def _check(self, entry: Entry) -> None:
        self._name_missing(entry.place)
        sealed, leaf = bytes(entry.leaf_hash), leaf_hash(entry.canonical)
        if leaf != sealed:
            self._sealed[entry.place] = sealed
            self._found[leaf] = entry.place
        if b"".join(self.tree.append(sealed)) != bytes(entry.subtrees):
            self.differences.add(f"Entry {entry.place}: its stored subtrees are not the tree's.")
        if not self._repeats(entry):
            self._name_columns(entry)
        elif entry.disclosure__values:
            self._name_texts(entry, entry.disclosure__values)
        self.latest.add(entry.record, entry.type, entry.place)
        if self.tree.size in self._checkpoints:
            self._check_checkpoints(self.tree.size)

    def _name_missing(self, until: int) -> None:
        """What follows is checked as if nothing were known of the missing ones."""
        if until - self.tree.size > AT_ONCE:
            self.differences.add(f"Entries {self.tree.size} to {until - 1} are missing.")
            self.tree = Frontier(until, [bytes(32)] * until.bit_count())
        while self.tree.size < until:
            self.differences.add(f"Entry {self.tree.size} is missing from the log.")
            self.tree.append(bytes(32))

    def _repeats(self, entry: Entry) -> bool:
        """Whether the columns say what the canonical bytes say; told without reading JSON, since
        the names of the fields come in one order.
        """
        change = f'"{format_key(entry.change_number)}"' if entry.change_number else "null"
        head = f'{{"actor":"{entry.actor}","change":{change},"commitments":{{'
        tail = (
            f',"id":"{entry.id}","late":{"true" if entry.is_late else "false"},'
            f'"occurred_at":"{utc_text(entry.occurred_at)}","origin":"{self._origin}",'
            f'"received_at":"{utc_text(entry.received_at)}","record":"{entry.record}",'
            f'"record_sha256":"{entry.record_sha256}","type":"{entry.type}","v":1}}'
        )
        stored = bytes(entry.canonical)
        return stored.startswith(head.encode()) and stored.endswith(tail.encode())

    def _name_columns(self, entry: Entry) -> None:
        name = f"Event {entry.id} (entry {entry.place}, {entry.type} of {entry.record})"
        try:
            held = json.loads(bytes(entry.canonical))
            pairs = [(column, said, held[column]) for column, said in _said(entry, self._origin)]
        except (ValueError, KeyError, TypeError):
            self.differences.add(f"{name}: its canonical bytes are not an event.")
            return
        for column, said, sealed in pairs:
            if said != sealed:
                self.differences.add(f"{name}: {column} is {said}, and {sealed} was recorded.")

    def _name_texts(self, entry: Entry, opened: Any) -> None:
        """Those of an event that tells last of its record are compared with the record as well."""
        name = f"Event {entry.id} (entry {entry.place}, {entry.type} of {entry.record})"
        held = json.loads(bytes(entry.canonical))["commitments"]
        if not isinstance(opened, dict):
            self.differences.add(f"{name}: what is kept of its texts cannot be read.")
            return
        for field, kept in opened.items():
            if not opens(kept, str(entry.id), field, held.get(field)):
                self.differences.add(
                    f"{name}: the text of {field} that is kept is not the one that was"
                    " committed to."
                )

    def _name_altered(self) -> None:
        for index, sealed in self._sealed.items():
            other = self._found.get(sealed)
            self.differences.add(
                f"Entry {index}: its event is not the one that was sealed."
                if other is None
                else f"Entry {index} was put in another order: its event stands at entry {other}."
            )

    def _signed(self) -> dict[int, list[Checkpoint]]:
        found: dict[int, list[Checkpoint]] = {}
        for checkpoint in Checkpoint.objects.order_by("size", "pk").iterator():
            found.setdefault(checkpoint.size, []).append(checkpoint)
        return found

    def _known_keys(self) -> dict[int, Vkey]:
        try:
            return vkeys_by_row()
        except BadNote as error:
            self.differences.add(f"The log's keys: {error}")
            return {}

    def _check_checkpoints(self, size: int) -> None:
        root = self.tree.root()
        for checkpoint in self._checkpoints.pop(size):
            found = checkpoint_differences(checkpoint, root, self._origin, self._vkeys)
            for sentence in found:
                self.differences.add(sentence)


def name_unsealed(differences: Differences) -> None:
    """Events that are older than the newest entry and have none."""
    for event in unsealed_events().filter(received_at__lt=_newest())[:AT_ONCE]:
        differences.add(f"Event {event.pk} ({event}) has no entry in the log.")


def _entries() -> Iterator[Entry]:
    """In batches by index, so that no server keeps a million rows for us."""
    after = -1
    rows = Leaf.objects.order_by("index").values_list(*COLUMNS)
    while batch := list(rows.filter(index__gt=after)[:AT_ONCE]):
        yield from (Entry(*row) for row in batch)
        after = batch[-1][0]


def _newest() -> datetime:
    newest: datetime = Leaf.objects.latest("index").sealed_at
    return newest


def _said(entry: Entry, origin: str) -> list[tuple[str, Any]]:
    return [
        ("actor", entry.actor),
        ("change", format_key(entry.change_number) if entry.change_number else None),
        ("id", str(entry.id)),
        ("late", entry.is_late),
        ("occurred_at", utc_text(entry.occurred_at)),
        ("origin", origin),
        ("received_at", utc_text(entry.received_at)),
        ("record", entry.record),
        ("record_sha256", entry.record_sha256),
        ("type", entry.type),
    ]
