"""What the log has of a package's files: found altered although the portal's own key signs all."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.ledger.merkle import inclusion_ranges, proof_of, tree_root
from evidence.ledger.notes import Head, proof_text, sign_note
from tests.evidence.verifier.archives import (
    Checker,
    Members,
    members_of,
    packed,
    signed_anew,
)
from tests.evidence.verifier.conftest import Packages

# The packages are compiled from a database, before the first of these tests.
pytestmark = pytest.mark.django_db
TIMES = 15
# Made after the entry, or part of the log itself.
NOT_RECORDED = ("evidence-package.pdf", "manifest.", "verify.py", "VERIFY.md", "ledger/")
RECORDS = "ledger/records.jsonl"


@pytest.fixture
def checker(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Checker:
    return Checker(capsys, tmp_path)


def recorded(members: Members) -> list[str]:
    return [name for name in members if name == RECORDS or not name.startswith(NOT_RECORDED)]


def named(name: str) -> str:
    """Of a folder the log has one digest."""
    return "dossiers/ " if name.startswith("dossiers/") else f"{name} "


def altered(members: Members) -> Iterator[tuple[str, str, Members]]:
    """(what was done, what has to be named, the members)"""
    chance = random.Random(131)
    for name in recorded(members):
        content = members[name]
        for _ in range(TIMES):
            at = chance.randrange(len(content))
            other = bytes([chance.choice([n for n in range(256) if n != content[at]])])
            changed = content[:at] + other + content[at + 1 :]
            yield f"byte {at}", named(name), {**members, name: changed}
        yield "cut", named(name), {**members, name: content[:-1]}
        yield "gone", named(name), {n: c for n, c in members.items() if n != name}
    for name in ("more.csv", "files/" + "0" * 64, "annex/more.pdf", "dossiers/more.pdf"):
        folder = f"{name.rpartition('/')[0]}/" if "/" in name else name
        yield "added", f"{folder} ", {**members, name: b"x"}
    for name, value in (("quarter", "2026Q2"), ("verdicts", {}), ("counts", {})):
        manifest = {**json.loads(members["manifest.json"]), name: value}
        yield name, "manifest.json: ", {**members, "manifest.json": json.dumps(manifest).encode()}


def test_each_recorded_file_is_found_altered_though_the_portal_signs_the_manifest(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    members, private, missed, number = members_of(packages.newer), packages.private(), [], 0
    assert len(recorded(members)) >= 10
    for what, name, changed in altered(members):
        number += 1
        package = packed(tmp_path / "altered.zip", signed_anew(changed, private))
        status = checker.check(package, "--key", packages.key)
        said = [line for line in checker.said.splitlines() if "entry" in line and name in line]
        if status != 1 or not any(line.startswith("DIFFERENCE") for line in said):
            missed.append((what, name, checker.said))

    assert missed == []
    assert number == len(recorded(members)) * (TIMES + 2) + 7 >= 150


def test_whole_package_says_which_entry_recorded_it_and_what_was_recorded_before(
    packages: Packages, checker: Checker
) -> None:
    events = members_of(packages.newer)["ledger/events.jsonl"].splitlines()
    entries = [at for at, line in enumerate(events) if b'"package.files_recorded"' in line]
    assert entries[-1] == len(events) - 1

    assert checker.check(packages.newer, "--previous", packages.older) == 0, checker.said
    assert f"Entry {entries[-1]} of the log recorded these files" in checker.said
    assert f"NOTE: entry {entries[0]} recorded other files of this quarter" in checker.said


def test_damaged_file_does_not_end_the_check(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    """A bit of a stored PDF is flipped in the zip itself: the steps after it are taken as well."""
    whole = packages.newer.read_bytes()
    at = whole.index(b"%PDF")
    path = tmp_path / "damaged.zip"
    path.write_bytes(whole[: at + 2] + bytes([whole[at + 2] ^ 1]) + whole[at + 3 :])

    assert checker.check(path, "--key", packages.key) == 1
    assert "cannot be unpacked" in checker.said
    assert "Each change tested for each attribute" in checker.said


def older_form(members: Members, packages: Packages) -> Members:
    """As it was made before packages were recorded: the log ends where the record does."""
    *lines, last = members["ledger/events.jsonl"].splitlines(keepends=True)
    size = json.loads(last)["details"]["entries"]
    raw, private = members["ledger/leaves.bin"], packages.private()
    leaves = [raw[32 * at : 32 * at + 32] for at in range(size)]
    origin = members["ledger/checkpoint.note"].decode().split("\n")[0]
    note = sign_note(Head(origin, size, tree_root(leaves)).text(), origin, private)
    proofs = [name for name in members if name.startswith("ledger/proofs/")]
    changed = {n: c for n, c in members.items() if not n.startswith(("ledger/prev", "ledger/cons"))}
    for name in proofs:
        index = int(members[name].split(b"\n")[1].split()[1])
        path = proof_of(
            inclusion_ranges(index, size), lambda level, at: range_of(leaves, level, at)
        )
        changed[name] = proof_text(index, path, note).encode()
    manifest = json.loads(members["manifest.json"])
    manifest["format"] = "orca-evidence-package/1"
    changed["manifest.json"] = json.dumps(manifest).encode()
    changed["ledger/checkpoint.note"] = note.encode()
    changed["ledger/events.jsonl"] = b"".join(lines[:size])
    changed["ledger/leaves.bin"] = b"".join(leaves)
    return signed_anew(changed, private)


def range_of(leaves: list[bytes], level: int, at: int) -> bytes:
    return tree_root(leaves[at << level : (at + 1) << level])


@pytest.mark.parametrize("has_records", [True, False])
def test_package_of_the_older_form_is_whole_with_a_note(
    packages: Packages, checker: Checker, tmp_path: Path, *, has_records: bool
) -> None:
    members = older_form(members_of(packages.older), packages)
    if not has_records:
        members = signed_anew(
            {n: c for n, c in members.items() if n != RECORDS}, packages.private()
        )
    package = packed(tmp_path / "old.zip", members)

    assert checker.check(package, "--key", packages.key) == 0, checker.said
    assert "NOTE: packages of its form were not recorded on the log" in checker.said
    assert ("its rows were not compared with the log" in checker.said) is not has_records
    assert checker.check(packages.newer, "--previous", package) == 0, checker.said


def test_newer_package_in_the_older_form_is_no_older_package(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    """Its own log tells that packages were recorded before it was made."""
    package = packed(tmp_path / "x.zip", older_form(members_of(packages.newer), packages))

    assert checker.check(package, "--key", packages.key) == 1
    assert "the last entry does not record the files of this package" in checker.said
