"""Every kind of byte of a package, altered in hundreds of ways: each is detected and named."""

import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.verifier.archives import Checker, Members, listed_anew, members_of, packed
from tests.evidence.verifier.conftest import Packages

FLIPS = 6

# The packages are compiled from a database, before the first of these tests.
pytestmark = pytest.mark.django_db


@pytest.fixture
def checker(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Checker:
    return Checker(capsys, tmp_path)


def flipped(content: bytes, place: int) -> bytes:
    byte, bit = divmod(place % (8 * len(content)), 8)
    return content[:byte] + bytes([content[byte] ^ (1 << bit)]) + content[byte + 1 :]


def altered_bytes(members: Members, number: int) -> Iterator[tuple[str, str, Members]]:
    """(what was done, the member, the package): flips, cuts, additions and empty files."""
    chance = random.Random(42)
    for name, content in members.items():
        for _ in range(number):
            place = chance.randrange(8 * len(content))
            yield f"bit {place}", name, {**members, name: flipped(content, place)}
        yield "cut", name, {**members, name: content[:-1]}
        yield "longer", name, {**members, name: content + b"\n"}
        yield "empty", name, {**members, name: b""}
        yield "gone", name, {k: v for k, v in members.items() if k != name}


def counted(
    checker: Checker, folder: Path, cases: Iterator[tuple[str, str, Members]], *arguments: object
) -> int:
    """How many were detected with the member named. Fails for any that was not."""
    missed, number = [], 0
    for what, name, members in cases:
        number += 1
        status = checker.check(packed(folder / "altered.zip", members), *arguments)
        if status != 1 or not any(
            name in line for line in checker.said.splitlines() if line.startswith("DIFFERENCE")
        ):
            missed.append((what, name, checker.said))
    assert missed == []
    return number


def test_altered_bytes_of_every_member_are_named(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    members = members_of(packages.newer)

    number = counted(checker, tmp_path, altered_bytes(members, FLIPS), "--previous", packages.older)

    assert number == len(members) * (FLIPS + 4) >= 180


@pytest.mark.parametrize("flips", [60, pytest.param(600, marks=pytest.mark.long)])
def test_altered_bytes_of_every_member_are_named_many_times(
    packages: Packages, checker: Checker, tmp_path: Path, flips: int
) -> None:
    members = members_of(packages.rotated)

    number = counted(checker, tmp_path, altered_bytes(members, flips), "--key", packages.key)

    assert number == len(members) * (flips + 4) >= 1000


def entries(members: Members) -> list[bytes]:
    return members["ledger/events.jsonl"].splitlines(keepends=True)


def leaves(members: Members) -> list[bytes]:
    raw = members["ledger/leaves.bin"]
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def altered_log(members: Members) -> Iterator[tuple[str, str, Members]]:
    """By somebody who also writes the manifest anew, so that every digest fits."""
    events, hashes = entries(members), leaves(members)
    for at in range(0, len(events), 2):
        moved = events[at].replace(b'"received_at":"2026', b'"received_at":"2025')
        assert moved != events[at]
        for what, changed in (
            ("moved time", [*events[:at], moved, *events[at + 1 :]]),
            ("removed", [*events[:at], *events[at + 1 :]]),
            ("inserted", [*events[:at], events[at], *events[at:]]),
            ("swapped", [*events[:at], *reversed(events[at : at + 2]), *events[at + 2 :]]),
        ):
            if changed != events:
                altered = {**members, "ledger/events.jsonl": b"".join(changed)}
                yield f"{what} {at}", "ledger/events.jsonl, entry", listed_anew(altered)
        fewer = {**members, "ledger/leaves.bin": b"".join([*hashes[:at], *hashes[at + 1 :]])}
        yield f"leaf {at}", "ledger/leaves.bin", listed_anew(fewer)
    for name in [name for name in members if name.startswith("ledger/proofs/")]:
        key = Path(name).stem
        for other in members:
            if other.startswith("ledger/proofs/") and other != name:
                yield "proof of another", key, listed_anew({**members, name: members[other]})
        lines = members[name].split(b"\n")
        for at in range(1, lines.index(b"")):
            shorter = b"\n".join([*lines[:at], *lines[at + 1 :]])
            yield f"proof without line {at}", key, listed_anew({**members, name: shorter})


def test_altered_log_is_named_though_the_manifest_fits(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    number = counted(checker, tmp_path, altered_log(members_of(packages.newer)))

    assert number >= 100


def altered_tables(members: Members) -> Iterator[tuple[str, str, Members]]:
    rows = json.loads(members["population.json"])
    doubled = json.dumps([*rows, rows[0]]).encode()
    unknown = json.dumps([*rows, {**rows[0], "key": "CHG-999999"}]).encode()
    yield "row twice", "population.json", listed_anew({**members, "population.json": doubled})
    yield "row without a change", "CHG-999999", listed_anew({**members, "population.json": unknown})
    fewer = json.dumps(rows[1:]).encode()
    yield "row gone", "population", listed_anew({**members, "population.json": fewer})
    key = rows[0]["key"]
    yield (
        "dossier gone",
        f"dossiers/{key}.pdf",
        listed_anew({k: v for k, v in members.items() if k != f"dossiers/{key}.pdf"}),
    )
    extra = f"ledger/proofs/{key}0.tlog-proof"
    yield "proof too many", extra, listed_anew({**members, extra: b"x"})
    yield "file too many", "more.txt", {**members, "more.txt": b"x"}
    for name in ("ledger/previous.note", "ledger/consistency.txt"):
        yield "half a history", name, listed_anew({k: v for k, v in members.items() if k != name})


def test_altered_tables_are_named(packages: Packages, checker: Checker, tmp_path: Path) -> None:
    assert counted(checker, tmp_path, altered_tables(members_of(packages.newer))) == 8


def altered_cells(members: Members) -> Iterator[tuple[str, str, Members]]:
    """Each cell of each table, by somebody who writes the manifest and the other table anew."""
    rows = json.loads(members["population.json"])
    for name in ("key", "title", "category", "state", "origin", "submitted_at"):
        other = {"key": "CHG-000777", "submitted_at": "2026-01-01T00:00:00Z"}.get(name, "another")
        changed = [{**rows[0], name: other}, *rows[1:]]
        table = members["population.csv"].replace(rows[0][name].encode(), other.encode(), 1)
        altered = {**members, "population.json": json.dumps(changed).encode()}
        yield name, rows[0]["key"], listed_anew({**altered, "population.csv": table})
    for name in rows[0]:
        changed = [{**rows[0], name: "another"}, *rows[1:]]
        altered = {**members, "population.json": json.dumps(changed).encode()}
        yield name, "population", listed_anew(altered)


def altered_lines(members: Members) -> Iterator[tuple[str, str, Members]]:
    """Lines of the tables and of the records taken out, doubled and altered."""
    for name, also in (
        ("control-tests.csv", "control-tests.csv"),
        ("ledger/records.jsonl", "ledger/records.jsonl"),
        ("population.csv", "population"),
    ):
        lines = members[name].splitlines(keepends=True)
        for at in range(1 if name.endswith("csv") else 0, len(lines)):
            fewer, more = [*lines[:at], *lines[at + 1 :]], [*lines, lines[at]]
            yield f"without line {at}", also, listed_anew({**members, name: b"".join(fewer)})
            yield f"line {at} twice", also, listed_anew({**members, name: b"".join(more)})
    tests = members["control-tests.csv"]
    for before, after in ((b",failed,", b",passed,"), (b",unknown,", b",failed,")):
        if before in tests:
            changed = tests.replace(before, after, 1)
            yield (
                f"{before!r} to {after!r}",
                "exceptions.csv",
                listed_anew({**members, "control-tests.csv": changed}),
            )
    for line in members["ledger/records.jsonl"].splitlines():
        held = json.loads(line)
        for name, value in (("salt", "00" * 32), ("record", "{}"), ("entry", 0), ("salt", "x")):
            changed = json.dumps({**held, name: value}).encode()
            altered = members["ledger/records.jsonl"].replace(line, changed)
            yield (
                name,
                held["key"],
                listed_anew({**members, "ledger/records.jsonl": altered}),
            )


def test_altered_cells_and_lines_are_named_though_the_manifest_fits(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    members = members_of(packages.newer)

    assert counted(checker, tmp_path, altered_cells(members)) == 20
    assert counted(checker, tmp_path, altered_lines(members)) >= 75


def test_text_that_reads_otherwise_than_in_the_older_package_is_named(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    """Somebody who holds the key gives a title another salt, though no later entry tells of it."""
    members = members_of(packages.older)
    held = [json.loads(line) for line in members["ledger/records.jsonl"].splitlines()]
    held[0]["salt"] = "00" * 32
    text = "".join(f"{json.dumps(line)}\n" for line in held)
    older = packed(
        tmp_path / "older.zip",
        listed_anew({**members, "ledger/records.jsonl": text.encode()}),
    )

    assert checker.check(packages.newer, "--previous", older) == 1
    sentence = f"older.zip: population.json: the title of {held[0]['key']} is not what entry"
    assert f"DIFFERENCE: The older package {sentence}" in checker.said


@pytest.mark.parametrize("other", ["older", "rotated", "hostile"])
def test_members_of_another_package_are_named(
    packages: Packages, checker: Checker, tmp_path: Path, other: str
) -> None:
    """Each member that differs, exchanged for the one of the other package of the same name."""
    own, foreign = members_of(packages.newer), members_of(getattr(packages, other))
    shared = [name for name in own if name in foreign and own[name] != foreign[name]]
    cases = (("swapped", name, {**own, name: foreign[name]}) for name in shared)

    assert counted(checker, tmp_path, cases, "--key", packages.key) == len(shared) >= 9


def test_manifest_of_a_stranger_is_nobodys(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    """Every digest fits and the signature is a good one, of another manifest or another key."""
    own, hostile = members_of(packages.newer), members_of(packages.hostile)
    strange = listed_anew({**own, "exceptions.csv": b"nothing\n"})
    for signature in (own["manifest.sig"], hostile["manifest.sig"]):
        package = packed(tmp_path / "x.zip", {**strange, "manifest.sig": signature})
        assert checker.check(package, "--key", packages.key) == 1
        assert "manifest.sig" in checker.said


def test_zip_with_two_members_of_one_name_is_named(
    packages: Packages, checker: Checker, tmp_path: Path
) -> None:
    path = packed(tmp_path / "twice.zip", members_of(packages.newer))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("population.csv", b"key\n")

    assert checker.check(path) == 1
    assert "population.csv is in the package twice" in checker.said


@pytest.mark.parametrize("where", ["before", "after", "comment"])
def test_zip_with_something_around_it_is_named(
    packages: Packages, checker: Checker, tmp_path: Path, where: str
) -> None:
    path = packed(tmp_path / "more.zip", members_of(packages.newer))
    if where == "comment":
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = b"hello"
    else:
        whole = path.read_bytes()
        path.write_bytes(b"more" + whole if where == "before" else whole + b"more")

    assert checker.check(path) == 1
    assert "DIFFERENCE" in checker.said
