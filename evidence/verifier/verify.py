#!/usr/bin/env python3
"""Check an evidence package, offline and without the portal that made it.

    python3 verify.py PACKAGE.zip [--previous OLDER.zip] [--key KEYFILE]

Needs Python 3.11 or newer and the package `cryptography`. Exit status 0: everything was checked
and fits. 1: something differs or is missing; every difference is named.

VERIFY.md, packed beside this file, says what each step means to somebody who is no programmer.
"""

import argparse
import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
EVENTS, LEAVES = "ledger/events.jsonl", "ledger/leaves.bin"
CHECKPOINT, PREVIOUS = "ledger/checkpoint.note", "ledger/previous.note"
CONSISTENCY, KEYS, HANDOVERS = "ledger/consistency.txt", "ledger/keys.txt", "ledger/handovers.txt"
RECORDS = "ledger/records.jsonl"
TABLES = ("population.json", "population.csv", "control-tests.csv", "exceptions.csv")
REQUIRED = (
    MANIFEST, SIGNATURE, EVENTS, LEAVES, CHECKPOINT, KEYS, RECORDS, *TABLES,
    "evidence-package.pdf", "verify.py", "VERIFY.md",
)  # fmt: skip
NAMED = 20  # of one kind of difference so many are named one by one
HANDOVER = "hands over to"
# What a record does not tell because it is the usual, and what each change is tested for.
USUAL = {"category": "normal", "state": "draft", "origin": "portal", "submitted_at": ""}
ATTRIBUTES = "ABCDEFGHIJKLMNO"
Told = dict[str, tuple[int, dict[str, Any]]]


@dataclass(frozen=True)
class Log:
    """What a checkpoint signs, and the hashes of all entries that it covers."""

    origin: str
    size: int
    root: bytes
    leaves: list[bytes]


class Unusable(Exception):
    """A part that cannot be read; the sentence says which and why."""


class Package:
    """A zip with its members; what is wrong with it is collected in `differences`."""

    def __init__(self, path: str) -> None:
        self.path, self.name = path, Path(path).name
        self.differences: list[str] = []
        try:
            self.zip = zipfile.ZipFile(path)
            self.ends_cleanly = Path(path).read_bytes()[-22:-18] == b"PK\x05\x06"
            self.members = self.zip.namelist()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unusable(f"{self.name} cannot be read as a zip: {error}.") from error

    def differs(self, sentence: str) -> None:
        self.differences.append(sentence)

    def all_differ(self, sentences: list[str]) -> None:
        self.differences += sentences[:NAMED]
        if len(sentences) > NAMED:
            self.differs(f"... and {len(sentences) - NAMED} more of this kind.")

    def read(self, name: str) -> bytes:
        try:
            return self.zip.read(name)
        except KeyError:
            raise Unusable(f"{name} is missing.") from None
        except Exception as error:  # whatever a damaged zip may raise, it is named
            raise Unusable(f"{name} cannot be unpacked: {error}.") from error

    def text(self, name: str) -> str:
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise Unusable(f"{name} is not UTF-8 text.") from error

    def json(self, name: str) -> Any:
        try:
            return json.loads(self.text(name), object_pairs_hook=no_twins)
        except (ValueError, RecursionError) as error:
            raise Unusable(f"{name} is not JSON: {error}.") from error


def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands there twice")
    return dict(pairs)


# Step 1. Every file is the one that the manifest names, and nothing else is in the package.


def check_files(package: Package) -> dict[str, Any]:
    missing = [name for name in REQUIRED if name not in package.members]
    package.all_differ([f"{name} is missing." for name in missing])
    twins = {name for name in package.members if package.members.count(name) > 1}
    package.all_differ([f"{name} is in the package twice." for name in sorted(twins)])
    starts_at = min((member.header_offset for member in package.zip.infolist()), default=0)
    if starts_at or package.zip.comment or not package.ends_cleanly:
        package.differs("The zip holds something before its first or after its last file.")
    manifest = package.json(MANIFEST)
    try:
        listed = {str(f["path"]): (int(f["size"]), str(f["sha256"])) for f in manifest["files"]}
        twice = len(listed) != len(manifest["files"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unusable(f"{MANIFEST} does not list the files: {error!r}.") from error
    if twice:
        package.differs(f"{MANIFEST} lists a file twice.")
    present = set(package.members) - {MANIFEST, SIGNATURE}
    package.all_differ([f"{n} is not listed in {MANIFEST}." for n in sorted(present - set(listed))])
    for name, (size, sha256) in sorted(listed.items()):
        try:
            content = package.read(name)
        except Unusable as error:
            package.differs(f"{error} {MANIFEST} lists it.")
            continue
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            package.differs(f"{name} is not the file that {MANIFEST} lists: its SHA-256 differs.")
    return manifest  # type: ignore[no-any-return] # whatever it is, it has a list of files


# Step 2. Signatures: C2SP signed notes. A key is a line: name+id+base64(type and public key).


def read_key(line: str) -> tuple[str, bytes, bytes]:
    """Name, id and public key."""
    try:
        name, key_id, key = line.strip().split("+", 2)
        raw = b64decode(key, validate=True)
        given = bytes.fromhex(key_id)
    except ValueError as error:
        raise Unusable(f"'{line.strip()[:60]}' is not a key line (name+id+key).") from error
    expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if raw[:1] != b"\x01" or len(raw) != 33 or given != expected:
        raise Unusable(f"'{line.strip()[:60]}' is not an Ed25519 key line: its id does not fit.")
    return name, given, raw[1:]


def from_base64(text: str) -> bytes:
    """Raises ValueError for anything but the one way to write these bytes."""
    raw = b64decode(text, validate=True)
    if b64encode(raw).decode() != text:
        raise ValueError("not the one way to write it")
    return raw


def signed_text(note: str, keys: list[str]) -> str | None:
    """The text of a note that one of the keys has signed, else None."""
    text, _, signatures = note.rpartition("\n\n")
    if not signatures.endswith("\n"):
        return None
    for line in signatures.split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\N{EM DASH}":
            continue
        for name, key_id, public in map(read_key, keys):
            try:
                raw = from_base64(parts[2])
                if name == parts[1] and raw[:4] == key_id:
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{text}\n".encode())
                    return f"{text}\n"
            except (ValueError, InvalidSignature):
                continue
    return None


def followed(trusted: list[str], package: Package) -> list[str]:
    """The trusted keys, and those that a trusted key hands over to by a note it signed."""
    keys = list(trusted)
    if HANDOVERS in package.members:
        for note in package.text(HANDOVERS).split("\n\n\n"):
            lines = (signed_text(note, keys) or "").split("\n")
            if len(lines) == 4 and lines[1] == HANDOVER and lines[2] not in keys:
                read_key(lines[2])
                keys.append(lines[2])
    return keys


def own_keys(package: Package) -> list[str]:
    lines = package.text(KEYS).splitlines()
    if not lines:
        raise Unusable(f"{KEYS} names no key.")
    for line in lines:
        read_key(line)
    return lines


def check_signature(package: Package, keys: list[str], origin: str) -> None:
    expected = f"{origin}\n{MANIFEST}\n{hashlib.sha256(package.read(MANIFEST)).hexdigest()}\n"
    text = signed_text(package.text(SIGNATURE), keys)
    if text is None:
        package.differs(f"{SIGNATURE}: none of the accepted keys has signed {MANIFEST}.")
    elif text != expected:
        package.differs(f"{SIGNATURE} was made for another {MANIFEST} than this one.")


# Step 3. The log: RFC 9162 Merkle tree over the events, its root signed in the checkpoint.


def read_checkpoint(package: Package, name: str, keys: list[str]) -> tuple[str, int, bytes]:
    """Origin, size and root."""
    text = signed_text(package.text(name), keys)
    if text is None:
        raise Unusable(f"{name}: none of the accepted keys has signed this checkpoint.")
    found = re.fullmatch(r"(\S+)\n(0|[1-9][0-9]{0,18})\n(\S{44})\n", text)
    if not found:
        raise Unusable(f"{name} is not a checkpoint of three lines.")
    return found[1], int(found[2]), b64decode(found[3])


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    while len(leaves) > 1:
        pairs = zip(leaves[::2], leaves[1::2], strict=False)
        odd = leaves[-1:] if len(leaves) % 2 else []
        leaves = [node_hash(left, right) for left, right in pairs] + odd
    return leaves[0]


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def continued(size1: int, size2: int, path: list[bytes], root1: bytes, root2: bytes) -> bool:
    """RFC 9162, 2.1.4.2."""
    if size1 == size2 or not 0 < size1 <= size2 or not path:
        return 0 < size1 == size2 and not path and root1 == root2
    steps = [root1, *path] if size1 & (size1 - 1) == 0 else list(path)
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and (old, new) == (root1, root2)


def read_leaves(package: Package) -> list[bytes]:
    raw = package.read(LEAVES)
    if len(raw) % 32:
        raise Unusable(f"{LEAVES} is cut off: {len(raw)} bytes are not whole hashes.")
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def check_log(package: Package, keys: list[str]) -> Log:
    origin, size, root = read_checkpoint(package, CHECKPOINT, keys)
    leaves = read_leaves(package)
    if len(leaves) != size:
        package.differs(f"{LEAVES} holds {len(leaves)} entries, the checkpoint covers {size}.")
    if tree_root(leaves) != root:
        package.differs(f"{LEAVES}: its root is not the root that the checkpoint signs.")
    return Log(origin, size, root, leaves)


def check_events(package: Package, log: Log) -> tuple[dict[str, int], Told]:
    """Each event is the entry that the log sealed. The last entry of each change, and the last one
    of its request with its event.
    """
    raw = package.read(EVENTS)
    lines, wrong, last, told = raw.split(b"\n"), [], dict[str, int](), Told()
    if lines.pop() != b"":
        wrong.append(f"{EVENTS}: its last line does not end.")
    if len(lines) != len(log.leaves):
        wrong.append(f"{EVENTS} holds {len(lines)} events, the log {len(log.leaves)} entries.")
    for index, line in enumerate(lines):
        if index >= len(log.leaves) or leaf_hash(line) != log.leaves[index]:
            wrong.append(f"{EVENTS}, entry {index}: it is not the event that the log sealed.")
            continue
        try:
            event = json.loads(line)
            origin, change, record = event["origin"], str(event["change"]), str(event["record"])
        except (ValueError, KeyError, TypeError):
            wrong.append(f"{EVENTS}, entry {index}: it is not an event.")
            continue
        if origin != log.origin:
            wrong.append(f"{EVENTS}, entry {index}: it is of another log, {origin}.")
        last[change] = index
        if record.startswith("changerequest:"):
            told[change] = index, event
    package.all_differ(wrong)
    return last, told


# Step 4. Each change has a proof that its last event is in the log, and a dossier.


def read_rows(package: Package) -> list[dict[str, Any]]:
    rows = package.json("population.json")
    if not isinstance(rows, list) or not all(isinstance(r, dict) and "key" in r for r in rows):
        raise Unusable("population.json is not a list of changes with their keys.")
    return rows


def check_proofs(package: Package, log: Log, last: dict[str, int], keys: list[str]) -> None:
    wrong = [f"population.json holds {key} {n} times." for key, n in Counter(keys).items() if n > 1]
    for key in keys:
        if f"dossiers/{key}.pdf" not in package.members:
            wrong.append(f"dossiers/{key}.pdf is missing.")
        if key not in last:
            wrong.append(f"{key}: the log holds no event of it.")
            continue
        try:
            check_proof(package, key, log, last[key])
        except Unusable as error:
            wrong.append(str(error))
    names = {f"ledger/proofs/{key}.tlog-proof" for key in keys}
    others = {n for n in package.members if n.startswith("ledger/proofs/")} - names
    wrong += [f"{name} belongs to no change of this package." for name in sorted(others)]
    package.all_differ(wrong)


def check_proof(package: Package, key: str, log: Log, index: int) -> None:
    name = f"ledger/proofs/{key}.tlog-proof"
    head, _, note = package.text(name).partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or note != package.text(CHECKPOINT):
        raise Unusable(f"{name} is not a proof under this package's checkpoint.")
    if lines[1:2] != [f"index {index}"]:
        raise Unusable(f"{name} is not about {key}: the last event of it is entry {index}.")
    try:
        path = [from_base64(line) for line in lines[2:]]
    except ValueError as error:
        raise Unusable(f"{name}: a line is not base64.") from error
    leaf = log.leaves[index]
    if not included(leaf, index, log.size, path, log.root):
        raise Unusable(f"{name} does not prove that entry {index} is in the log.")


# Step 5. The tables: each row of the population is what the log tells of that change, and the
# control tests and exceptions are about these changes, all of them.


def read_csv(package: Package, name: str) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(package.text(name), newline="")))
    except csv.Error as error:
        raise Unusable(f"{name} cannot be read: {error}.") from error


def read_records(package: Package) -> dict[str, dict[str, Any]]:
    """By key: the entry that tells of it last, the salt of its title, and the record as text."""
    try:
        lines = [json.loads(line) for line in package.text(RECORDS).splitlines()]
        found = {str(line["key"]): line for line in lines}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unusable(f"{RECORDS} is not a record a line.") from error
    if len(found) != len(lines):
        raise Unusable(f"{RECORDS} holds a change twice.")
    return found


def check_tables(package: Package, rows: list[dict[str, Any]], told: Told) -> None:
    records, wrong = read_records(package), []
    for row in rows:
        wrong += row_differences(row, records.pop(str(row["key"]), None), told)
    wrong += [f"{RECORDS}: {key} is no change of this package." for key in sorted(records)]
    package.all_differ(wrong)
    cells = [{name: harmless(value) for name, value in row.items()} for row in rows]
    table = read_csv(package, "population.csv")
    if [row.get("key") for row in table] != [row["key"] for row in cells]:
        package.differs("population.csv and population.json do not hold the same changes.")
    pairs = zip(table, cells, strict=False)
    package.all_differ(
        [f"population.csv: the row of {there['key']} is not that of population.json."
         for here, there in pairs if here != there]
    )  # fmt: skip
    check_tests(package, {str(row["key"]): row for row in rows})


def harmless(value: object) -> str:
    """As a cell: what a spreadsheet would take for a formula stands behind an apostrophe."""
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value or "")
    return f"'{text}" if text[:1] and text[0] in "=+-@\t\r" else text


def row_differences(row: dict[str, Any], line: dict[str, Any] | None, told: Told) -> list[str]:
    key = str(row["key"])
    if line is None or key not in told:
        return [f"{RECORDS} tells nothing of {key}: its row in population.json is not proven."]
    index, event = told[key]
    try:
        salt, text = bytes.fromhex(line["salt"]), str(line["record"])
        record = {**USUAL, **json.loads(text)}
        title = json.dumps([event["id"], "title", row["title"]], separators=(",", ":"),
                           ensure_ascii=False).encode()  # fmt: skip
        committed = event["commitments"].get("title")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"{RECORDS}: what stands there of {key} cannot be read: {error!r}."]
    if (
        line["entry"] != index
        or hashlib.sha256(text.encode()).hexdigest() != event["record_sha256"]
    ):
        return [f"{RECORDS}: the record of {key} is not the one that entry {index} commits to."]
    found = []
    if hashlib.sha256(salt + title).hexdigest() != committed:
        found.append(f"population.json: the title of {key} is not what entry {index} commits to.")
    recorded = {**record, "key": f"CHG-{record['number']:06d}",
                "submitted_at": re.sub(r"(\.0{6})?Z$", "Z", record["submitted_at"])}  # fmt: skip
    return found + [
        f"population.json: {name} of {key} is {row.get(name)!r}, and {recorded[name]!r} was"
        f" recorded (entry {index})."
        for name in ("key", *USUAL)
        if row.get(name) != recorded[name]
    ]


def check_tests(package: Package, rows: dict[str, dict[str, Any]]) -> None:
    """Every change was tested for every attribute, and what failed is an exception."""
    tests = read_csv(package, "control-tests.csv")
    done = Counter((str(test.get("key")), str(test.get("attribute"))) for test in tests)
    due = Counter((harmless(key), letter) for key in rows for letter in ATTRIBUTES)
    name, wrong = "control-tests.csv", []
    wrong += [f"{name}: {key} was not tested for {letter}." for key, letter in due - done]
    wrong += [f"{name}: a test too many, {letter} of {key}." for key, letter in done - due]
    for test in tests:
        row = rows.get(str(test.get("key")))
        if row and test.get("policy_version") != harmless(row.get("policy_version")):
            wrong.append(f"{name}: {test['key']} was judged by another policy than its row says.")
    failed = {(t.get("key"), t.get("attribute")) for t in tests if t.get("verdict") == "failed"}
    listed = {(e.get("key"), e.get("attribute")) for e in read_csv(package, "exceptions.csv")
              if e.get("kind") == "control test"}  # fmt: skip
    wrong += [f"exceptions.csv: {letter} of {key} failed and is not listed."
              for key, letter in sorted(failed - listed, key=str)]  # fmt: skip
    wrong += [f"exceptions.csv: {letter} of {key} is listed and did not fail."
              for key, letter in sorted(listed - failed, key=str)]  # fmt: skip
    package.all_differ(wrong)


# Step 6. History: the log continues the one of every older package, and nothing before it moved.


def check_previous_note(package: Package, keys: list[str], log: Log) -> None:
    parts = [name for name in (PREVIOUS, CONSISTENCY) if name in package.members]
    if len(parts) == 1:
        raise Unusable(f"{PREVIOUS} and {CONSISTENCY} belong together; only {parts[0]} is here.")
    if not parts:
        return
    origin1, size1, root1 = read_checkpoint(package, PREVIOUS, keys)
    try:
        path = [from_base64(x) for x in package.text(CONSISTENCY).splitlines()]
    except ValueError as error:
        raise Unusable(f"{CONSISTENCY}: a line is not base64.") from error
    if origin1 != log.origin:
        package.differs(f"{PREVIOUS} is of another log, {origin1}.")
    if not continued(size1, log.size, path, root1, log.root):
        package.differs(f"{CONSISTENCY} does not prove that this log continues the one before.")
    if tree_root(log.leaves[:size1]) != root1:
        package.differs(f"{PREVIOUS}: the first {size1} entries are not those that it signed.")


def check_older(package: Package, older: Package, log: Log) -> None:
    """Against a package that somebody kept: what it covers must stand here, unchanged."""
    check_files(older)
    check_texts(package, older)
    keys = own_keys(older)
    before = check_log(older, keys)
    check_signature(older, keys, before.origin)
    for sentence in older.differences:
        package.differs(f"The older package {older.name}: {sentence}")
    if before.origin != log.origin:
        package.differs(f"{older.name} is of another log: {before.origin}, not {log.origin}.")
    if before.size > len(log.leaves):
        package.differs(
            f"{older.name} covers {before.size} entries and this one {len(log.leaves)}: entries"
            " are gone, or the older package is the newer one."
        )
    elif tree_root(log.leaves[: before.size]) != before.root:
        pairs = enumerate(zip(log.leaves, before.leaves, strict=False))
        first = next((number for number, (new, old) in pairs if new != old), before.size)
        package.differs(
            f"Entry {first} is not the one that {older.name} holds: the log was altered, or"
            " entries were removed, inserted or put in another order, before what it covers."
        )


def check_texts(package: Package, older: Package) -> None:
    """What both packages open of one and the same entry is the same in both."""
    new, old = read_records(package), read_records(older)
    titles = [{str(r["key"]): r.get("title") for r in read_rows(p)} for p in (package, older)]
    for key in sorted(new.keys() & old.keys()):
        if new[key].get("entry") == old[key].get("entry") and (
            new[key] != old[key] or titles[0].get(key) != titles[1].get(key)
        ):
            package.differs(f"{RECORDS}: {key} reads otherwise than in {older.name}, though no"
                            " later entry tells of it.")  # fmt: skip


def check(package: Package, older: Package | None, key: str | None) -> tuple[list[str], bool]:
    """What was checked, in sentences, and whether the signer is one that the reader pinned."""
    manifest = check_files(package)
    told = [f"{len(package.members)} files, each compared with the manifest."]
    own = own_keys(package)
    is_itself = older is not None and older.read(MANIFEST) == package.read(MANIFEST)
    trusted = [key] if key else []
    if older and not is_itself:
        trusted = [k for k in own_keys(older) if not key or k in followed([key], package)]
    is_pinned = bool(trusted)
    keys = followed(trusted, package) if is_pinned else own
    log = check_log(package, keys)
    check_signature(package, keys, log.origin)
    told.append(f"{log.size} entries of the log {log.origin}, each hashed under the signed root.")
    last, of_requests = check_events(package, log)
    rows = read_rows(package)
    check_proofs(package, log, last, [str(row["key"]) for row in rows])
    told.append(f"{len(rows)} changes of {manifest.get('quarter')}, each with dossier and proof.")
    check_tables(package, rows, of_requests)
    told.append("The tables: title, category, state, origin and time of submission of each change")
    told.append("as the log has them; each change tested for each attribute; each failure listed.")
    check_previous_note(package, [*keys, *own], log)
    if older and not is_itself:
        check_older(package, older, log)
        told.append(f"The log of {older.name}: compared with this one, entry by entry.")
    elif is_itself:
        told.append("WARNING: the package was given as its own predecessor; that proves nothing.")
    return told, is_pinned


def report(package: Package, told: list[str], is_pinned: bool, has_older: bool) -> int:
    for sentence in told:
        print(f"  {sentence}")
    if not is_pinned:
        print("  signer not pinned: anybody could have made and signed these files. Give the key")
        print("  (--key) or a package that you kept (--previous) to know who signed.")
    if not has_older:
        print("  No older package was given: whether history was rewritten since was not checked.")
    for sentence in package.differences:
        print(f"DIFFERENCE: {sentence}")
    if package.differences:
        number = len(package.differences)
        print(f"RESULT: {number} difference{'s'[: number != 1]}. Do not rely on this package.")
        return 1
    if is_pinned:
        print("RESULT: whole and authentic: signed by the key that you pinned.")
    else:
        print("RESULT: whole in itself; signer not pinned.")
    print("It shows that nothing was altered since it was signed. It does not show that what was")
    print("recorded is true, nor that everything that happened was recorded.")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an evidence package offline.")
    parser.add_argument("package", help="the zip to check")
    parser.add_argument("--previous", metavar="OLDER", help="an older package that you kept")
    parser.add_argument("--key", metavar="KEYFILE", help="a file with the log's key line")
    given = parser.parse_args(arguments)
    print(f"Checking {Path(given.package).name}")
    package: Package | None = None
    told: list[str] = []
    is_pinned = False
    try:
        package = Package(given.package)
        key = Path(given.key).read_text(encoding="utf-8").strip() if given.key else None
        if key is not None:
            read_key(key)
        older = Package(given.previous) if given.previous else None
        told, is_pinned = check(package, older, key)
    except (Unusable, OSError, UnicodeDecodeError) as error:
        if package is None:
            print(f"DIFFERENCE: {error}\nRESULT: nothing could be checked.")
            return 1
        package.differs(f"{error} What depends on it was not checked.")
    except Exception as error:  # whatever a hostile package may cause is a difference
        if package is None:
            raise
        package.differs(f"The check broke off: {error!r}. The rest was not checked.")
    is_other = bool(given.previous) and not any(line.startswith("WARNING") for line in told)
    return report(package, told, is_pinned, is_other)


if __name__ == "__main__":
    sys.exit(main())
