#!/usr/bin/env python3
"""Check an evidence package, offline and without the portal that made it.

    python3 verify.py PACKAGE.zip [--previous OLDER.zip] [--key KEYFILE]

Needs Python 3.11 or newer and the package `cryptography`. Exit status 0: everything was checked
and fits. 1: something differs or is missing; every difference is named. VERIFY.md, packed beside
this file, says what each step means to somebody who is no programmer. To read along, begin with
`check` near the end: it takes the steps in turn, and each gives a sentence for each difference.
"""

import argparse
import csv
import io
import json
import re
import sys
import zipfile
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
ROWS, CELLS = "population.json", "population.csv"
TESTS, EXCEPTIONS = "control-tests.csv", "exceptions.csv"
EVENTS, LEAVES, RECORDS = "ledger/events.jsonl", "ledger/leaves.bin", "ledger/records.jsonl"
CHECKPOINT, PREVIOUS = "ledger/checkpoint.note", "ledger/previous.note"
CONSISTENCY, KEYS, HANDOVERS = "ledger/consistency.txt", "ledger/keys.txt", "ledger/handovers.txt"
REQUIRED = (MANIFEST, SIGNATURE, ROWS, CELLS, TESTS, EXCEPTIONS, EVENTS, LEAVES, CHECKPOINT, KEYS,
            "evidence-package.pdf", "verify.py", "VERIFY.md")  # fmt: skip
# The event that has the digests of a package's files, the files that are made after it, and the
# form of the packages that were made before there was such an event.
RECORDED, FIRST_FORM = "package.files_recorded", "orca-evidence-package/1"
LATER = (MANIFEST, SIGNATURE, "evidence-package.pdf", "verify.py", "VERIFY.md", "ledger/")
NAMED = 50  # of what one step finds so many differences are named one by one
# What a record does not tell because it is the usual, and what each change is tested for.
USUAL = {"category": "normal", "state": "draft", "origin": "portal", "submitted_at": ""}
ATTRIBUTES = "ABCDEFGHIJKLMNO"
Row = dict[str, Any]
Reader = Callable[[bytes], Any]


class Unusable(Exception):
    """A part that cannot be read; the sentence says which and why."""


def hex_digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def compared(held: Iterable[Any], due: Iterable[Any], lacks: str, extra: str) -> Iterator[str]:
    """A sentence for each item that is due and not held, and for each that is held and not due."""
    there, wanted = Counter(held), Counter(due)
    yield from (lacks.format(item) for item in sorted((wanted - there).elements()))
    yield from (extra.format(item) for item in sorted((there - wanted).elements()))


def as_json(raw: bytes) -> Any:
    def no_twins(pairs: list[tuple[str, Any]]) -> Row:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key stands there twice")
        return dict(pairs)

    return json.loads(raw.decode(), object_pairs_hook=no_twins)


def as_listing(raw: bytes) -> list[tuple[str, int, str]]:
    return [(str(f["path"]), int(f["size"]), str(f["sha256"])) for f in as_json(raw)["files"]]


def as_rows(raw: bytes) -> list[Row]:
    """A list and nothing else can be sliced into rows with keys."""
    return [{**row, "key": str(row["key"])} for row in as_json(raw)[:]]


def as_records(raw: bytes) -> list[Row]:
    """The key of a change, the entry that tells of it, its record as text, the title's salt."""
    return [{**line, "key": str(line["key"])} for line in map(as_json, raw.splitlines())]


def as_event(line: bytes) -> Row:
    """Empty where it is none: then it has not the log's name either."""
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError):
        return {}


def as_cell(value: object) -> str:
    """What a spreadsheet would take for a formula stands behind an apostrophe."""
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value or "")
    return f"'{text}" if text[:1] and text[0] in "=+-@\t\r" else text


# Signatures: C2SP signed notes. A key is a line: name+id+base64(type and public key).


def read_key(line: str) -> tuple[str, bytes, bytes]:
    """Name, id and public key."""
    try:
        name, given, key = line.strip().split("+", 2)
        key_id, raw = bytes.fromhex(given), b64decode(key, validate=True)
    except ValueError as error:
        raise Unusable(f"'{line.strip()[:60]}' is not a key line (name+id+key).") from error
    if (raw[:1], len(raw), key_id) != (b"\1", 33, sha256(f"{name}\n".encode() + raw).digest()[:4]):
        raise Unusable(f"'{line.strip()[:60]}' is not an Ed25519 key line: its id does not fit.")
    return name, key_id, raw[1:]


def signed_text(note: str, keys: list[str]) -> str | None:
    """The text of a note that one of the keys has signed, else None."""
    text, _, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n") if signatures.endswith("\n") else []
    for line, (name, key_id, public) in ((line, read_key(key)) for line in lines for key in keys):
        try:
            raw = b64decode(line.rpartition(" ")[2], validate=True)
            # There is one way to write these bytes, and no other is taken.
            if raw[:4] == key_id and line == f"\N{EM DASH} {name} {b64encode(raw).decode()}":
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{text}\n".encode())
                return f"{text}\n"
        except (ValueError, InvalidSignature):
            continue
    return None


# The log's tree (RFC 9162). As every entry is at hand, a proof is worked out anew and compared.


def levels_of(leaves: list[bytes]) -> list[list[bytes]]:
    """Two and two are hashed together until one is left; an odd one goes up as it is."""
    levels = [leaves]
    while len(below := levels[-1]) > 1:
        pairs = [below[at : at + 2] for at in range(0, len(below), 2)]
        levels.append([sha256(b"\1" + p[0] + p[1]).digest() if p[1:] else p[0] for p in pairs])
    return levels


def root_of(leaves: list[bytes]) -> bytes:
    return levels_of(leaves)[-1][0] if leaves else sha256().digest()


def inclusion_path(index: int, levels: list[list[bytes]]) -> list[bytes]:
    """2.1.3: on the way from the entry up to the root, the neighbour at each level."""
    beside = [(level, (index >> height) ^ 1) for height, level in enumerate(levels)]
    return [level[at] for level, at in beside if at < len(level)]


def consistency_path(size: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """2.1.4: that the first so many entries are the beginning of them all."""
    if size == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if size <= half:
        return [*consistency_path(size, leaves[:half], is_whole), root_of(leaves[half:])]
    return [*consistency_path(size - half, leaves[half:], False), root_of(leaves[:half])]


def as_lines(path: list[bytes]) -> str:
    return "".join(f"{b64encode(step).decode()}\n" for step in path)


class Package:
    """A zip with its members, its log, and what is wrong with it: its `differences`."""

    def __init__(self, path: str) -> None:
        self.name, self.differences = Path(path).name, list[str]()
        self.is_pinned, self.measures = False, dict[str, tuple[int, str]]()
        try:
            self.zip = zipfile.ZipFile(path)
            self.ends_cleanly = Path(path).read_bytes()[-22:-18] == b"PK\x05\x06"
            self.members = self.zip.namelist()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unusable(f"{self.name} cannot be read as a zip: {error}.") from error

    def note(self, differences: Iterable[str]) -> None:
        for number, sentence in enumerate(differences):
            if number <= NAMED:
                self.differences.append(sentence if number < NAMED else "... and more like these.")

    def read(self, name: str, reader: Reader = bytes, wrong: str = "cannot be unpacked") -> Any:
        """A member as the reader makes it of its bytes; `wrong` is said where it cannot."""
        if name not in self.members:
            raise Unusable(f"{name} is missing.")
        try:
            return reader(self.zip.read(name))
        except Exception as error:  # whatever a damaged zip or file may raise
            raise Unusable(f"{name} {wrong}: {error}.") from error

    def measure(self, name: str) -> tuple[int, str]:
        """Size and SHA-256 of a member, which is unpacked for it once."""
        if name not in self.measures:
            content = self.read(name)
            self.measures[name] = len(content), hex_digest(content)
        return self.measures[name]

    def text(self, name: str) -> str:
        return str(self.read(name, bytes.decode, "is not UTF-8 text"))

    def table(self, name: str) -> list[dict[str, str]]:
        lines = io.StringIO(self.text(name), newline="")
        return list(self.read(name, lambda _: list(csv.DictReader(lines)), "is not a table"))

    def rows(self) -> list[Row]:
        return list(self.read(ROWS, as_rows, "is not a list of changes with their keys"))

    def differing_files(self) -> Iterator[str]:
        """1. Every file is the one that the manifest names, and there is no other."""
        held, beside = set(self.members), {MANIFEST, SIGNATURE}
        yield from compared(held.intersection(REQUIRED), REQUIRED, "{} is missing.", "")
        yield from compared(self.members, held, "", "{} is in the package twice.")
        starts_at = min((member.header_offset for member in self.zip.infolist()), default=0)
        if starts_at or self.zip.comment or not self.ends_cleanly:
            yield "The zip holds something before its first or after its last file."
        self.read(MANIFEST, as_json, "is not JSON")
        listing = self.read(MANIFEST, as_listing, "does not list the files")
        paths = [path for path, _, _ in listing]
        yield from compared(paths, set(paths), "", f"{MANIFEST} lists a file twice: {{}}.")
        extra = f"{{}} is not listed in {MANIFEST}."
        yield from compared(held - beside, set(paths), f"{{}} of {MANIFEST} is missing.", extra)
        for path, size, digest in sorted(file for file in listing if file[0] in held):
            try:
                if self.measure(path) != (size, digest):
                    yield f"{path} is not the file that {MANIFEST} lists: its SHA-256 differs."
            except Unusable as error:
                yield str(error)

    def own_keys(self) -> list[str]:
        if not (lines := self.text(KEYS).splitlines()):
            raise Unusable(f"{KEYS} names no key.")
        for line in lines:
            read_key(line)
        return lines

    def followed(self, trusted: list[str]) -> list[str]:
        """The trusted keys, and those that a trusted key hands over to by a note it signed."""
        keys = list(trusted)
        notes = self.text(HANDOVERS).split("\n\n\n") if HANDOVERS in self.members else []
        for note in notes:
            lines = (signed_text(note, keys) or "").split("\n")
            if len(lines) == 4 and lines[1] == "hands over to" and read_key(lines[2]):
                keys.append(lines[2])
        return keys

    def checkpoint(self, name: str, keys: list[str]) -> tuple[str, int, bytes]:
        """Origin, size and root."""
        text = signed_text(self.text(name), keys)
        if text is None:
            raise Unusable(f"{name}: none of the accepted keys has signed this checkpoint.")
        if not (found := re.fullmatch(r"(\S+)\n(0|[1-9][0-9]{0,18})\n(\S{44})\n", text)):
            raise Unusable(f"{name} is not a checkpoint of three lines.")
        return found[1], int(found[2]), b64decode(found[3])

    def differing_log(self, keys: list[str]) -> Iterator[str]:
        """2. An accepted key has signed the manifest, and the root of the hashes of all entries."""
        self.origin, self.size, self.root = self.checkpoint(CHECKPOINT, keys)
        raw = self.read(LEAVES)
        self.leaves = [raw[at : at + 32] for at in range(0, len(raw), 32)]
        if len(raw) % 32:
            raise Unusable(f"{LEAVES} is cut off: {len(raw)} bytes are not whole hashes.")
        if len(self.leaves) != self.size:
            yield f"{LEAVES} holds {len(self.leaves)} entries, the checkpoint covers {self.size}."
        if root_of(self.leaves) != self.root:
            yield f"{LEAVES}: its root is not the root that the checkpoint signs."
        text = signed_text(self.text(SIGNATURE), keys)
        if text is None:
            yield f"{SIGNATURE}: none of the accepted keys has signed {MANIFEST}."
        elif text != f"{self.origin}\n{MANIFEST}\n{hex_digest(self.read(MANIFEST))}\n":
            yield f"{SIGNATURE} was made for another {MANIFEST} than this one."

    def differing_events(self) -> Iterator[str]:
        """3. Each event is the entry that the log sealed. `recorded` becomes what was recorded of
        the files of packages, by entry. Up to where the last of these tells, `last` becomes the
        last entry of each change, `requests` the last one about the request, with its event.
        """
        self.last, self.requests = dict[str, int](), dict[str, tuple[int, Row]]()
        self.recorded = dict[int, Row]()
        *lines, rest = self.read(EVENTS).split(b"\n")
        told = as_event(lines[-1] if lines else b"")
        until = told["details"]["entries"] if told.get("type") == RECORDED else len(lines)
        if rest:
            yield f"{EVENTS}: its last line does not end."
        if len(lines) != len(self.leaves):
            yield f"{EVENTS} holds {len(lines)} events, the log {len(self.leaves)} entries."
        for index, line in enumerate(lines):
            event = as_event(line)
            if [sha256(b"\0" + line).digest()] != self.leaves[index : index + 1]:
                yield f"{EVENTS}, entry {index}: it is not the event that the log sealed."
            elif event.get("origin") != self.origin:
                yield f"{EVENTS}, entry {index}: it is not an event of the log {self.origin}."
            else:
                self.keep(index, event, is_told=index < until)

    def keep(self, index: int, event: Row, *, is_told: bool) -> None:
        key = str(event["change"])
        if event["type"] == RECORDED:
            self.recorded[index] = event["details"]
        if is_told:
            self.last[key] = index
        if is_told and str(event["record"]).startswith("changerequest:"):
            self.requests[key] = index, event

    def differing_recorded(self) -> Iterator[str]:
        """4. Each file that tells facts is the one that the log's last entry has the digest of."""
        manifest, entry = self.read(MANIFEST, as_json, "is not JSON"), len(self.leaves) - 1
        if entry not in self.recorded:
            if self.recorded or manifest.get("format") != FIRST_FORM:
                yield f"{EVENTS}: the last entry does not record the files of this package."
            return
        says, files = self.recorded[entry]["says"], self.recorded[entry]["files"]
        for name in sorted(name for name in says if manifest.get(name) != says[name]):
            yield f"{MANIFEST}: {name} is {manifest.get(name)}; entry {entry} has {says[name]}."
        for path in sorted(path for path in files if self.digest_of(path) != files[path]):
            yield f"{path} is not what entry {entry} of the log recorded: its SHA-256 differs."
        known = (*files, *LATER)
        folders = tuple(path for path in known if path.endswith("/"))
        unknown = {name for name in self.members if not name.startswith(folders)}.difference(known)
        yield from (f"{name} is a file that entry {entry} did not record." for name in unknown)

    def digest_of(self, path: str) -> str:
        """Of a folder, that of its listing, as the program sha256sum writes it."""
        try:
            if not path.endswith("/"):
                return self.measure(path)[1]
            names = sorted(name for name in self.members if name.startswith(path))
            listing = "".join(f"{self.measure(name)[1]}  {name}\n" for name in names)
            return hex_digest(listing.encode())
        except Unusable as error:
            return str(error)  # which is no digest, and was named in step 1

    def differing_proofs(self) -> Iterator[str]:
        """5. Each change has a dossier, and a proof that its last event is in the log."""
        keys, levels = [row["key"] for row in self.rows()], levels_of(self.leaves)
        yield from compared(keys, set(keys), "", f"{ROWS} holds {{}} more than once.")
        for folder, ending in (("dossiers/", ".pdf"), ("ledger/proofs/", ".tlog-proof")):
            held = [name for name in self.members if name.startswith(folder)]
            due = [f"{folder}{key}{ending}" for key in set(keys)]
            extra = "{} belongs to no change of this package."
            yield from compared(held, due, "{} is missing.", extra)
        for key in keys:
            if key not in self.last:
                yield f"{key}: the log holds no event of it."
            elif f"ledger/proofs/{key}.tlog-proof" in self.members:
                yield from self.differing_proof(key, self.last[key], levels)

    def differing_proof(self, key: str, index: int, levels: list[list[bytes]]) -> Iterator[str]:
        name = f"ledger/proofs/{key}.tlog-proof"
        head, _, note = self.read(name).decode(errors="replace").partition("\n\n")
        title, _, rest = f"{head}\n".partition("\n")
        about, _, path = rest.partition("\n")
        if title != "c2sp.org/tlog-proof@v1" or note != self.text(CHECKPOINT):
            yield f"{name} is not a proof under this package's checkpoint."
        elif about != f"index {index}":
            yield f"{name} is not about {key}, whose last event is entry {index}."
        elif path != as_lines(inclusion_path(index, levels)):
            yield f"{name} does not prove that entry {index} is in the log."

    def differing_tables(self) -> Iterator[str]:
        """6. Each row of the population is what the log tells of that change."""
        rows, records = self.rows(), self.read(RECORDS, as_records, "is not a record a line")
        told, keys = {line["key"]: line for line in records}, {row["key"] for row in rows}
        held, extra = [line["key"] for line in records], f"{RECORDS} tells too much of {{}}."
        yield from compared(held, keys, f"{RECORDS} tells nothing of {{}}.", extra)
        for row in rows:
            try:
                yield from self.differing_row(row, told[row["key"]], *self.requests[row["key"]])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                yield f"{RECORDS}: what stands there of {row['key']} cannot be read: {error!r}."

    def differing_row(self, row: Row, line: Row, index: int, event: Row) -> Iterator[str]:
        key, digest = row["key"], hex_digest(line["record"].encode())
        if (line["entry"], digest) != (index, event["record_sha256"]):
            yield f"{RECORDS}: the record of {key} is not the one that entry {index} commits to."
        salt, told = bytes.fromhex(line["salt"]), json.loads(line["record"])
        told = {**USUAL, **told, "key": f"CHG-{told['number']:06d}"}
        told["submitted_at"] = re.sub(r"(\.0{6})?Z$", "Z", told["submitted_at"])
        title = [event["id"], "title", row["title"]]
        opened = salt + json.dumps(title, separators=(",", ":"), ensure_ascii=False).encode()
        if hex_digest(opened) != event["commitments"].get("title"):
            yield f"{ROWS}: the title of {key} is not what entry {index} commits to."
        for name in ("key", *USUAL):
            if row.get(name) != told[name]:
                was = f"{told[name]!r} was recorded (entry {index})"
                yield f"{ROWS}: {name} of {key} is {row.get(name)!r}, and {was}."

    def differing_tests(self) -> Iterator[str]:
        """7. Both populations are one. Every change was tested for every attribute, and what failed
        is an exception.
        """
        held = [str(cells) for cells in self.table(CELLS)]
        cells = [{name: as_cell(value) for name, value in row.items()} for row in self.rows()]
        extra = f"{CELLS} holds a row that {ROWS} does not hold: {{}}"
        yield from compared(held, map(str, cells), f"{CELLS} lacks a row of {ROWS}: {{}}", extra)
        policies = {row["key"]: row.get("policy_version") for row in cells}
        tests, listed = self.table(TESTS), self.table(EXCEPTIONS)
        due = [f"{letter} of {key}" for key in policies for letter in ATTRIBUTES]
        done = [f"{test.get('attribute')} of {test.get('key')}" for test in tests]
        yield from compared(done, due, TESTS + " lacks {}.", TESTS + " has a test too many, {}.")
        for what, test in zip(done, tests, strict=True):
            if test.get("policy_version") != policies.get(str(test.get("key"))):
                yield f"{TESTS}: {what} was judged by another policy than the change's row says."
        failed = {x for x, test in zip(done, tests, strict=True) if test.get("verdict") == "failed"}
        of_tests = [row for row in listed if row.get("kind") == "control test"]
        named = {f"{row.get('attribute')} of {row.get('key')}" for row in of_tests}
        extra = EXCEPTIONS + ": {} is listed and did not fail."
        yield from compared(named, failed, EXCEPTIONS + ": {} failed and is not listed.", extra)

    def differing_history(self, keys: list[str]) -> Iterator[str]:
        """8. The log continues the one of the package before, as the portal itself says."""
        parts = {PREVIOUS, CONSISTENCY}.intersection(self.members)
        if len(parts) == 1:
            yield f"{PREVIOUS} and {CONSISTENCY} belong together; only {parts.pop()} is here."
        if len(parts) == 2:
            origin, size, root = self.checkpoint(PREVIOUS, keys)
            if (origin, root_of(self.leaves[:size])) != (self.origin, root):
                yield f"{PREVIOUS}: the first {size} entries are not those that {origin} signed."
            elif self.text(CONSISTENCY) != as_lines(consistency_path(size, self.leaves)):
                yield f"{CONSISTENCY} does not prove that this log continues the one before."

    def differing_from(self, older: "Package") -> Iterator[str]:
        """9. What a package covers that somebody kept stands here, unchanged."""
        yield from (f"The older package {older.name}: {what}" for what in older.differences)
        if older.origin != self.origin:
            yield f"{older.name} is of another log: {older.origin}, not {self.origin}."
        if older.size > len(self.leaves):
            gone = "entries are gone, or the older package is the newer one"
            yield f"{older.name} covers {older.size} entries, this one {len(self.leaves)}: {gone}."
        elif root_of(self.leaves[: older.size]) != older.root:
            pairs = enumerate(zip(self.leaves, older.leaves, strict=False))
            first = next((number for number, (new, old) in pairs if new != old), older.size)
            yield f"Entry {first} is not the one that {older.name} holds: up to what that covers,"
            yield "the log was altered, or entries were removed, inserted or put in another order."


def check(package: Package, trusted: list[str]) -> None:
    """The steps of VERIFY.md in turn. Where nobody is trusted, the package's own keys serve."""
    print(f"Checking {package.name}")
    package.note(package.differing_files())
    print(f"  {len(package.members)} files, each compared with the manifest.")
    own = package.own_keys()
    keys, package.is_pinned = package.followed(trusted) or own, bool(trusted)
    package.note(package.differing_log(keys))
    package.note(package.differing_events())
    print(f"  {package.size} entries of the log {package.origin}, hashed under the signed root.")
    package.note(package.differing_recorded())
    tell_recorded(package)
    package.note(package.differing_proofs())
    print(f"  {len(package.rows())} changes, each with its dossier and its proof.")
    if package.recorded or RECORDS in package.members:
        package.note(package.differing_tables())
        print(
            "  Title, category, state, origin and time of submission of each: as the log has them."
        )
    else:
        print(f"  NOTE: it holds no {RECORDS}: its rows were not compared with the log.")
    package.note(package.differing_tests())
    print("  Each change tested for each attribute; each failure listed.")
    package.note(package.differing_history([*keys, *own]))


def tell_recorded(package: Package) -> None:
    entry = len(package.leaves) - 1
    now = package.recorded.get(entry)
    if not now:
        print(
            "  NOTE: packages of its form were not recorded on the log: for its verdicts, and for"
        )
        print("  what the log does not tell of its changes, the signature alone stands.")
        return
    print(f"  Entry {entry} of the log recorded these files, made from the first {now['entries']}.")
    for other, told in package.recorded.items():
        if told["says"].get("quarter") == now["says"]["quarter"] and told["files"] != now["files"]:
            print(
                f"  NOTE: entry {other} recorded other files of this quarter, those of an earlier"
            )
            print("  package. Ask for it, if you were not given it, and for what changed.")


def check_all(package: Package, older: Package | None, key: str | None) -> None:
    if older and older.read(MANIFEST) == package.read(MANIFEST):
        print("WARNING: the package was given as its own predecessor; that proves nothing.")
        older = None
    check(package, [key] if key else older.own_keys() if older else [])
    if not older:
        print("  No older package to compare with: whether history was rewritten is not known.")
        return
    check(older, [])
    package.note(package.differing_from(older))
    print("  The logs of both packages: compared with each other, entry by entry.")


def report(package: Package) -> int:
    if not package.is_pinned:
        print("  signer not pinned: anybody could have made and signed these files. Give the key")
        print("  (--key) or a package that you kept (--previous) to know who signed.")
    for sentence in package.differences:
        print(f"DIFFERENCE: {sentence}")
    if number := len(package.differences):
        print(f"RESULT: {number} difference{'s'[: number != 1]}. Do not rely on this package.")
        return 1
    pinned = "whole and authentic: signed by the key that you pinned."
    print(f"RESULT: {pinned if package.is_pinned else 'whole in itself; signer not pinned.'}")
    print("It shows that nothing was altered since it was signed. It does not show that what was")
    print("recorded is true, nor that everything that happened was recorded.")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an evidence package offline.")
    parser.add_argument("package", help="the zip to check")
    parser.add_argument("--previous", metavar="OLDER", help="an older package that you kept")
    parser.add_argument("--key", metavar="KEYFILE", help="a file with the log's key line")
    given = parser.parse_args(arguments)
    try:
        package = Package(given.package)
    except Unusable as error:
        print(f"DIFFERENCE: {error}\nRESULT: nothing could be checked.")
        return 1
    try:
        key = Path(given.key).read_text(encoding="utf-8").strip() if given.key else None
        if key is not None:
            read_key(key)
        check_all(package, Package(given.previous) if given.previous else None, key)
    except (Unusable, OSError, UnicodeDecodeError) as error:
        package.differences.append(f"{error} What depends on it was not checked.")
    except Exception as error:  # noqa: BLE001 - whatever a hostile package may cause is named
        package.differences.append(f"The check broke off: {error!r}. The rest was not checked.")
    return report(package)


if __name__ == "__main__":
    sys.exit(main())
