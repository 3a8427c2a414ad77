"""The signer: it remembers, outside of the database, what it has signed, and signs nothing else.

A database that was rolled back, or whose log was written anew, cannot get a signature: the tree
that the signer signed last must be the beginning of the next one.
"""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from changes.workflow.refusals import NotNow
from evidence.ledger.keys import private_key
from evidence.ledger.merkle import verify_consistency
from evidence.ledger.notes import Head, sign_note
from evidence.models import Checkpoint, LogKey

# Proves that the tree of the first size is the beginning of the tree of the second.
Proof = Callable[[int, int], list[bytes]]


@dataclass(frozen=True)
class Signed:
    """The largest tree that was ever signed for a log."""

    size: int
    root: bytes


def sign_head(head: Head, key: LogKey, proof: Proof) -> str:
    """The note. Raises NotNow, and signs nothing, where the tree does not fit what was signed."""
    with _turn():
        last = _last()
        if last is None and Checkpoint.objects.exists():
            raise NotNow(
                f"The signer's memory ({_path().name}) is gone although checkpoints were"
                " signed, so nothing is signed: restore it from a copy, or begin a new log."
            )
        if last and not _fits(head, last, proof):
            raise NotNow(
                f"Nothing is signed: the log had {last.size} entries when the signer signed it"
                f" last, and the tree of {head.size} that it is shown now is not its continuation."
                " The database was rolled back or its log was altered: run verify_ledger."
            )
        note = sign_note(head.text(), head.origin, private_key(key))
        if last is None or head.size > last.size:
            _remember(head)
    return note


def signed_last() -> Signed | None:
    """What the signer remembers; None where it has not signed yet."""
    return _last() if LogKey.objects.exists() else None


def _fits(head: Head, last: Signed, proof: Proof) -> bool:
    """Also a smaller tree may be signed, for a package that is cut earlier."""
    pairs = sorted([(head.size, head.root), (last.size, last.root)])
    (size1, root1), (size2, root2) = pairs
    try:
        path = proof(size1, size2)
    except LookupError:
        return False
    return verify_consistency(size1, size2, path, root1, root2)


def _last() -> Signed | None:
    try:
        held = json.loads(_path().read_text())
        return Signed(int(held["size"]), b64decode(held["root"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise NotNow(
            f"The signer's memory ({_path().name}) cannot be read, so nothing is signed."
        ) from error


def _remember(head: Head) -> None:
    """On disk before the signature leaves."""
    path = _path()
    temporary = path.with_name(f"{path.name}.new")
    content = {"origin": head.origin, "size": head.size, "root": b64encode(head.root).decode()}
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _path() -> Path:
    """By the first key, so that another database under the same name has another memory."""
    first = LogKey.objects.order_by("pk").values_list("vkey", flat=True)[:1].get()
    return Path(settings.LOG_KEYS_DIR) / f"signer-{first.split('+')[1]}.json"


@contextmanager
def _turn() -> Iterator[None]:
    path = _path().with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
