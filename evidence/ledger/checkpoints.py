"""Checkpoints: the log's own word on its size and root, signed, kept and handed out."""

import os
import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from changes.models import Organisation
from evidence.ledger import tree
from evidence.ledger.keys import current_key
from evidence.ledger.notes import Head
from evidence.ledger.sequence import seal
from evidence.ledger.signer import sign_head
from evidence.models import Checkpoint


def checkpoint_now(at: datetime) -> Checkpoint:
    """Over everything that is committed; the newest one, where nothing came since."""
    current_key()  # the first time that makes an event of its own, and it is to be sealed as well
    seal()
    return issue_checkpoint(size=tree.size(), at=at)


@transaction.atomic
def issue_checkpoint(*, size: int, at: datetime) -> Checkpoint:
    """A checkpoint over the first `size` leaves. Raises NotNow where the signer refuses."""
    key = current_key()
    found = Checkpoint.objects.filter(size=size, key=key).first()
    if found:
        return found
    origin = Organisation.objects.values_list("log_origin", flat=True).get()
    head = Head(origin, size, tree.root_at(size))
    note = sign_head(head, key, tree.consistency_proof)
    checkpoint = Checkpoint.objects.create(
        size=size, root=head.root, note=note, key=key, issued_at=at
    )
    _hand_out(size, note)
    return checkpoint


def _hand_out(size: int, note: str) -> None:
    """Into a folder that others can copy from. What lies there is never overwritten."""
    folder = Path(settings.CHECKPOINTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"checkpoint-{size:012d}.note"
    temporary = folder / f".{uuid.uuid4().hex}"
    temporary.write_text(note, encoding="utf-8")
    try:
        os.link(temporary, path)
    except FileExistsError:
        if path.read_text(encoding="utf-8") != note:
            path.with_suffix(f".{uuid.uuid4().hex[:8]}.note").write_text(note, encoding="utf-8")
    finally:
        temporary.unlink()
