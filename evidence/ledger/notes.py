"""Signed notes and checkpoints as C2SP writes them (signed-note, tlog-checkpoint, tlog-proof).

A note is a text of lines, an empty line, and signature lines. A key is known by a name and four
bytes of a digest over name and key, and is written as one line, the vkey.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\N{EM DASH} "
PROOF_HEAD = "c2sp.org/tlog-proof@v1"
NAME = re.compile(r"[^\s+]+")


class BadNote(ValueError):
    """Not a note, or none that a known key has signed; the sentence says why."""


@dataclass(frozen=True)
class Vkey:
    """A public key with its name; `str()` is the line that pins it."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.public).decode()}"


@dataclass(frozen=True)
class Head:
    """What a checkpoint says: the log, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def from_base64(text: str) -> bytes:
    """Raises ValueError for anything but the one way to write these bytes."""
    raw = b64decode(text, validate=True)
    if b64encode(raw).decode() != text:
        raise ValueError("Base64 has one way to write these bytes, and this is another.")
    return raw


def vkey_of(name: str, private: Ed25519PrivateKey) -> Vkey:
    if not NAME.fullmatch(name):
        raise BadNote(f"'{name}' cannot name a key: it has a space or a plus sign.")
    return Vkey(name, private.public_key().public_bytes_raw())


def parse_vkey(line: str) -> Vkey:
    try:
        name, key_id, key = line.strip().split("+", 2)
        raw = b64decode(key, validate=True)
        vkey = Vkey(name, raw[1:])
    except ValueError as error:
        raise BadNote(f"'{line.strip()[:80]}' is not a key line (name+id+key).") from error
    if raw[:1] != ED25519 or len(vkey.public) != 32 or vkey.key_id.hex() != key_id:
        raise BadNote(f"'{line.strip()[:80]}' is not an Ed25519 key line: its id does not fit.")
    return vkey


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    if not text.endswith("\n") or "\n\n" in text:
        raise BadNote("A note's text is lines that each end, none of them empty.")
    vkey = vkey_of(name, private)
    signature = b64encode(vkey.key_id + private.sign(text.encode())).decode()
    return f"{text}\n{DASH}{name} {signature}\n"


def opened_note(note: str, keys: Iterable[Vkey]) -> tuple[str, Vkey]:
    """The text, and the first of the keys that signed it. Signatures of others are passed over."""
    text, _, rest = note.rpartition("\n\n")
    text += "\n"
    for vkey in keys:
        for line in rest.split("\n") if rest.endswith("\n") else ():
            if _signed(line, text, vkey):
                return text, vkey
    raise BadNote("None of the known keys has signed this note.")


def _signed(line: str, text: str, vkey: Vkey) -> bool:
    parts = line.removeprefix(DASH).split(" ")
    if not line.startswith(DASH) or len(parts) != 2 or parts[0] != vkey.name:
        return False
    try:
        raw = from_base64(parts[1])
        Ed25519PublicKey.from_public_bytes(vkey.public).verify(raw[4:], text.encode())
    except (ValueError, InvalidSignature):
        return False
    return raw[:4] == vkey.key_id


def parse_head(text: str) -> Head:
    lines = text.split("\n")
    try:
        origin, size, root = lines[:3]
        head = Head(origin, int(size), b64decode(root, validate=True))
    except ValueError as error:
        raise BadNote("A checkpoint has three lines: the log, the size and the root.") from error
    if head.text() != text or len(head.root) != 32 or head.size < 0:
        raise BadNote("A checkpoint has three lines: the log, the size and the root.")
    return head


def proof_text(index: int, proof: Sequence[bytes], note: str) -> str:
    """A C2SP tlog-proof: the leaf's index, its path to the root, and the checkpoint."""
    path = "".join(f"{b64encode(step).decode()}\n" for step in proof)
    return f"{PROOF_HEAD}\nindex {index}\n{path}\n{note}"


def parse_proof(text: str) -> tuple[int, list[bytes], str]:
    """The index, the path and the checkpoint's note."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != PROOF_HEAD:
        raise BadNote(f"A proof begins with the line {PROOF_HEAD}.")
    lines = [line for line in lines[1:] if not line.startswith("extra ")]
    found = re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[0]) if lines else None
    if not found or not note:
        raise BadNote("A proof names an index, then its hashes, an empty line and a checkpoint.")
    try:
        path = [from_base64(line) for line in lines[1:]]
    except ValueError as error:
        raise BadNote("A line of the proof is not base64.") from error
    return int(found[1]), path, note
