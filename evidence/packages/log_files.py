"""The log's part of a package: entries, checkpoints, keys, and a proof for each change."""

import json
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db.models import Max

from changes import clock
from changes.keys import parse_key
from evidence.ledger import tree
from evidence.ledger.checkpoints import issue_checkpoint
from evidence.ledger.keys import private_key, vkeys
from evidence.ledger.merkle import HASH_BYTES, inclusion_ranges, node_hash, proof_of
from evidence.ledger.notes import proof_text, sign_note
from evidence.ledger.time_stamps import stamp_if_possible
from evidence.models import Checkpoint, Leaf, LogKey, Package
from evidence.packages.bundle import file_digest
from evidence.packages.told import record_lines

VERIFIER = Path(__file__).parent.parent / "verifier"
PACKED = ("verify.py", "VERIFY.md")
AT_ONCE = 2000
Files = dict[str, Path]
Told = dict[str, Any] | None


def records_file(folder: Path, told: Iterable[tuple[str, Told]]) -> Files:
    """What the log tells of each change, by their keys."""
    files: Files = {}
    lines = (json.dumps(line, ensure_ascii=False) for line in record_lines(told))
    _write(folder, files, "records.jsonl", "".join(f"{line}\n" for line in lines))
    return files


def log_files(
    folder: Path, size: int, keys: Iterable[str], until: int, alive: Callable[[], None]
) -> Files:
    """Written into the folder: the log of so many entries, but for the signature over the manifest.

    `until` is how far into it the package tells of its changes, whose `keys` are given. Raises
    NotNow where the signer refuses.
    """
    checkpoint = issue_checkpoint(size=size, at=clock.now())
    (folder / "proofs").mkdir()
    files = {name: _copied(folder, name) for name in PACKED}
    hashes = _entries(folder, size, files, alive)
    _write(folder, files, "checkpoint.note", checkpoint.note)
    _write(folder, files, "keys.txt", "".join(f"{vkey}\n" for vkey in vkeys()))
    _handovers(folder, files)
    _continuation(folder, files, checkpoint)
    if stamp := stamp_if_possible(checkpoint):
        files["ledger/checkpoint.tsr"] = folder / "checkpoint.tsr"
        files["ledger/checkpoint.tsr"].write_bytes(bytes(stamp.token))
    for key, proof in _proofs(checkpoint, hashes, keys, until):
        alive()
        _write(folder, files, f"proofs/{key}.tlog-proof", proof)
    return files


def sign_manifest(manifest: Path, size: int) -> str:
    """The note that vouches for the manifest, by the key that signed the checkpoint."""
    checkpoint = Checkpoint.objects.filter(size=size).select_related("key").latest("pk")
    name = checkpoint.note.split("\n", 1)[0]
    text = f"{name}\n{manifest.name}\n{file_digest(manifest)}\n"
    return sign_note(text, name, private_key(checkpoint.key))


def _entries(folder: Path, size: int, files: Files, alive: Callable[[], None]) -> bytearray:
    """Every event and every leaf hash up to the cut, in a stream; the hashes are 32 bytes each."""
    hashes = bytearray()
    events = folder / "events.jsonl"
    with events.open("wb") as file:
        for start in range(0, size, AT_ONCE):
            alive()
            rows = Leaf.objects.filter(index__gte=start, index__lt=min(start + AT_ONCE, size))
            for leaf, event in rows.order_by("index").values_list("leaf_hash", "event__canonical"):
                hashes += leaf
                file.write(bytes(event) + b"\n")
    leaves = folder / "leaves.bin"
    leaves.write_bytes(hashes)
    files |= {"ledger/events.jsonl": events, "ledger/leaves.bin": leaves}
    return hashes


def _handovers(folder: Path, files: Files) -> None:
    notes = list(LogKey.objects.exclude(introduction="").values_list("introduction", flat=True))
    if notes:
        _write(folder, files, "handovers.txt", "\n\n".join(notes))


def _continuation(folder: Path, files: Files, checkpoint: Checkpoint) -> None:
    """That this log continues the one of the package before: the latest that was cut earlier."""
    before = (
        Package.objects.filter(log_size__gt=0, log_size__lt=checkpoint.size)
        .order_by("-log_size")
        .first()
    )
    if before is None:
        return
    note = Checkpoint.objects.filter(size=before.log_size).earliest("pk").note
    proof = tree.consistency_proof(before.log_size, checkpoint.size)
    lines = "".join(f"{b64encode(step).decode()}\n" for step in proof)
    _write(folder, files, "previous.note", note)
    _write(folder, files, "consistency.txt", lines)


def _proofs(
    checkpoint: Checkpoint, hashes: bytearray, keys: Iterable[str], until: int
) -> Iterator[tuple[str, str]]:
    """For each change: its last event is in the log. All from one tree in memory."""
    levels, last = _levels(hashes), _last_entries(until)

    def subtree(level: int, position: int) -> bytes:
        return bytes(levels[level][position * HASH_BYTES : (position + 1) * HASH_BYTES])

    for key in keys:
        index = last.get(parse_key(key))
        if index is not None:
            proof = proof_of(inclusion_ranges(index, checkpoint.size), subtree)
            yield key, proof_text(index, proof, checkpoint.note)


def _last_entries(size: int) -> dict[int | None, int]:
    rows = (
        Leaf.objects.filter(index__lt=size, event__change_number__isnull=False)
        .order_by("event__change_number")
        .values_list("event__change_number")
        .annotate(last=Max("index"))
    )
    return dict(rows)


def _levels(hashes: bytearray) -> list[bytearray]:
    """The complete subtrees of every size, smallest first."""
    levels = [hashes]
    while len(levels[-1]) >= 2 * HASH_BYTES:
        below, above = levels[-1], bytearray()
        for at in range(0, len(below) - HASH_BYTES, 2 * HASH_BYTES):
            middle = at + HASH_BYTES
            above += node_hash(bytes(below[at:middle]), bytes(below[middle : middle + HASH_BYTES]))
        levels.append(above)
    return levels


def _write(folder: Path, files: Files, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    files[f"ledger/{name}"] = path


def _copied(folder: Path, name: str) -> Path:
    return Path(shutil.copyfile(VERIFIER / name, folder / name))
