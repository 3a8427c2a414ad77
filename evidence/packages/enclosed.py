"""What a dossier carries within itself: the proof of its change's last event, and that event."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evidence.ledger import tree
from evidence.ledger.notes import proof_text
from evidence.models import Checkpoint, Leaf

Facts = dict[str, Any]


@dataclass(frozen=True)
class Enclosed:
    """A file in a PDF, dated as of when what it says was so."""

    name: str
    description: str
    content: bytes
    at: datetime


@dataclass(frozen=True)
class Proof:
    """`index` is the entry that is proven, `size` what the checkpoint covers."""

    index: int
    size: int
    files: tuple[Enclosed, ...]


def proof_within(facts: Facts) -> Proof | None:
    """Under the first checkpoint that covers the event. The log only grows, and so do its
    checkpoints: whenever it is asked for, the same record has the same proof.
    """
    key, last = facts["key"], facts["last_event"]
    leaf = last and Leaf.objects.select_related("event").filter(event=last["id"]).first()
    covering = leaf and Checkpoint.objects.filter(size__gt=leaf.index).order_by("size", "pk")
    checkpoint = covering.first() if covering else None
    if not leaf or not checkpoint:
        return None
    path = tree.inclusion_proof(leaf.index, checkpoint.size)
    proof = proof_text(leaf.index, path, checkpoint.note).encode()
    event, at = bytes(leaf.event.canonical), checkpoint.issued_at.astimezone(UTC)
    files = (
        Enclosed(f"{key}.tlog-proof", "Proof that its last event is in the log", proof, at),
        Enclosed(f"{key}.event.json", "Its last event, as the log has it", event, at),
    )
    return Proof(leaf.index, checkpoint.size, files)
