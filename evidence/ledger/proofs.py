"""Proofs handed out, and proofs that somebody pastes."""

from dataclasses import dataclass

from changes.models import ChangeRequest
from evidence.ledger import tree
from evidence.ledger.keys import vkeys
from evidence.ledger.merkle import leaf_hash, verify_inclusion
from evidence.ledger.notes import BadNote, opened_note, parse_head, parse_proof, proof_text
from evidence.models import Event, Leaf
from evidence.queries.ledger import covering_checkpoint, last_leaf


@dataclass(frozen=True)
class Answer:
    """What a pasted proof proves, or why it proves nothing."""

    sentence: str
    event: Event | None = None


def proof_of_change(change: ChangeRequest) -> str | None:
    """The tlog-proof of its last event, None while no checkpoint covers that."""
    leaf = last_leaf(change)
    checkpoint = covering_checkpoint(leaf.index) if leaf else None
    if leaf is None or checkpoint is None:
        return None
    proof = tree.inclusion_proof(leaf.index, checkpoint.size)
    return proof_text(leaf.index, proof, checkpoint.note)


def check_proof(text: str) -> Answer:
    """Against the log as it is: the event with that index, hashed from what is stored."""
    try:
        index, path, note = parse_proof(text.replace("\r\n", "\n").strip() + "\n")
        signed, _ = opened_note(note, vkeys())
        head = parse_head(signed)
    except BadNote as error:
        return Answer(f"This proves nothing: {error}")
    leaf = Leaf.objects.select_related("event").filter(index=index).first()
    if leaf is None:
        return Answer(f"This proves nothing here: the log has no entry {index}.")
    found = leaf_hash(bytes(leaf.event.canonical))
    if not verify_inclusion(found, index, head.size, path, head.root):
        return Answer(
            f"The proof does not lead from entry {index} to the root that the checkpoint signs:"
            " it is a proof of something else, or the entry was altered since."
        )
    return Answer(
        f"Entry {index} is in the log of {head.size} entries that was signed.", leaf.event
    )
