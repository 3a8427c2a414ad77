"""One package for each thing that may be wrong, and the sentence that says it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence.verifier.archives import Checker, Members, listed_anew
from tests.evidence.verifier.conftest import Packages

pytestmark = pytest.mark.django_db
CSV, ROWS, TESTS = "population.csv", "population.json", "control-tests.csv"
EVENTS, LEAVES, NOTE = "ledger/events.jsonl", "ledger/leaves.bin", "ledger/checkpoint.note"
KEYS, RECORDS, STEPS = "ledger/keys.txt", "ledger/records.jsonl", "ledger/consistency.txt"
PROOF, OTHER = "ledger/proofs/CHG-000001.tlog-proof", "ledger/proofs/CHG-000002.tlog-proof"
DOSSIER = "dossiers/CHG-000001.pdf"
Alter = Callable[[Members], Members]


def without(name: str) -> Alter:
    return lambda members: listed_anew({n: c for n, c in members.items() if n != name})


def put(name: str, content: bytes) -> Alter:
    return lambda members: listed_anew({**members, name: content})


def changed(name: str, change: Callable[[bytes], bytes]) -> Alter:
    return lambda members: listed_anew({**members, name: change(members[name])})


def bare(name: str, change: Callable[[bytes], bytes]) -> Alter:
    """Without a manifest that fits."""
    return lambda members: {**members, name: change(members[name])}


def rows(change: Callable[[list[dict[str, object]]], object]) -> Alter:
    return changed(ROWS, lambda held: json.dumps(change(json.loads(held))).encode())


def listed_twice(held: bytes) -> bytes:
    manifest = json.loads(held)
    return json.dumps({**manifest, "files": manifest["files"] + manifest["files"][:1]}).encode()


def record(**values: object) -> Alter:
    def change(held: bytes) -> bytes:
        first, *rest = held.splitlines(keepends=True)
        return json.dumps({**json.loads(first), **values}).encode() + b"\n" + b"".join(rest)

    return changed(RECORDS, change)


def line(at: int, new: bytes = b"") -> Callable[[bytes], bytes]:
    """Another line in the place of the one; without, none."""

    def change(held: bytes) -> bytes:
        lines = held.splitlines(keepends=True)
        return b"".join([*lines[:at], *([new] if new else []), *lines[at + 1 :]])

    return change


def flipped(held: bytes) -> bytes:
    return bytes([held[0] ^ 1]) + held[1:]


ERRORS: list[tuple[str, Alter]] = [
    (f"{KEYS} is missing.", without(KEYS)),
    (f"{CSV} is not the file that manifest.json lists", bare(CSV, flipped)),
    ("more.txt is not listed in manifest.json", lambda m: {**m, "more.txt": b"x"}),
    ("manifest.json is not JSON", bare("manifest.json", lambda held: held[:-2])),
    (
        "a key stands there twice",
        bare("manifest.json", lambda held: b'{"a":1,' + held.strip()[1:-1] + b',"a":2}'),
    ),
    ("manifest.json lists a file twice", bare("manifest.json", listed_twice)),
    ("manifest.json does not list the files", lambda m: {**m, "manifest.json": b"{}"}),
    ("none of the accepted keys has signed manifest.json", put("manifest.sig", b"x\n")),
    ("manifest.sig was made for another manifest.json", put("exceptions.csv", b"number,kind\n")),
    ("is not a key line", put(KEYS, b"no key\n")),
    (
        "its id does not fit",
        changed(KEYS, lambda held: re.sub(rb"\+[0-9a-f]{8}\+", b"+00000000+", held)),
    ),
    (f"{KEYS} names no key.", put(KEYS, b"")),
    ("none of the accepted keys has signed this checkpoint", changed(NOTE, line(1, b"7\n"))),
    (f"{LEAVES} is cut off", changed(LEAVES, lambda held: held[:-1])),
    ("entries, the checkpoint covers", changed(LEAVES, lambda held: held[:-32])),
    ("its root is not the root that the checkpoint signs", changed(LEAVES, flipped)),
    ("entry 3: it is not the event that the log sealed", changed(EVENTS, line(3, b"{}\n"))),
    ("its last line does not end", changed(EVENTS, lambda held: held[:-1])),
    ("events, the log", changed(EVENTS, line(3))),
    (f"{ROWS} is not a list of changes", put(ROWS, b"{}")),
    ("holds CHG-000001 more than once", rows(lambda held: [*held, held[0]])),
    (f"{DOSSIER} is missing", without(DOSSIER)),
    ("CHG-000777: the log holds no event of it", rows(lambda h: [{**h[0], "key": "CHG-000777"}])),
    ("is not a proof under this package's checkpoint", changed(PROOF, lambda held: b"x" + held)),
    (f"{PROOF} is not about CHG-000001", lambda m: listed_anew({**m, PROOF: m[OTHER]})),
    (f"{PROOF} does not prove that entry", changed(PROOF, line(2))),
    (f"{PROOF} does not prove", changed(PROOF, line(2, b"?\n"))),
    ("belongs to no change of this package", put("ledger/proofs/CHG-9.tlog-proof", b"x")),
    ("belong together; only", without(STEPS)),
    (f"{STEPS} does not prove", put(STEPS, b"?\n")),
    ("does not prove that this log continues the one before", changed(STEPS, line(0))),
    (f"{RECORDS} tells nothing of CHG-000001", changed(RECORDS, line(0))),
    (f"{RECORDS} is not a record a line", put(RECORDS, b"x\n")),
    ("is not the one that entry", record(record="{}")),
    ("the title of CHG-000001 is not what entry", record(salt="00")),
    ("cannot be read", record(salt="x")),
    ("category of CHG-000001 is 'x'", rows(lambda h: [{**h[0], "category": "x"}, *h[1:]])),
    (f"{CSV} lacks a row of {ROWS}: {{'key': 'CHG-000001'", changed(CSV, line(1))),
    (f"{CSV} holds a row that {ROWS} does not", rows(lambda h: [{**h[0], "author": "x"}, *h[1:]])),
    (f"{TESTS} lacks A of CHG-000001.", changed(TESTS, line(1))),
    ("a test too many", changed(TESTS, lambda held: held + held.splitlines(keepends=True)[1])),
    (
        "failed and is not listed",
        changed(TESTS, lambda held: held.replace(b",passed,", b",failed,", 1)),
    ),
]


@pytest.fixture
def checker(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Checker:
    return Checker(capsys, tmp_path)


def test_each_error_has_its_own_sentence(packages: Packages, checker: Checker) -> None:
    wrong = []
    for sentence, alter in ERRORS:
        status = checker.check_altered(packages.newer, alter)
        said = [s for s in checker.said.splitlines() if s.startswith("DIFFERENCE")]
        if status != 1 or not any(sentence in each for each in said):
            wrong.append((sentence, said))

    assert wrong == []
    assert len({sentence for sentence, _ in ERRORS}) == len(ERRORS) >= 40
