"""What the verifier says of whole packages, of other people's and of what is no package."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.evidence.verifier.archives import Checker, members_of, packed
from tests.evidence.verifier.conftest import Packages

# The packages are compiled from a database, before the first of these tests.
pytestmark = pytest.mark.django_db


@pytest.fixture
def checker(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Checker:
    return Checker(capsys, tmp_path)


def test_whole_package_without_a_pinned_signer(packages: Packages, checker: Checker) -> None:
    assert checker.check(packages.newer) == 0, checker.said
    assert "signer not pinned" in checker.said
    assert "authentic" not in checker.said.lower()
    assert "does not show that what was" in checker.said


def test_pinned_key_makes_it_authentic(packages: Packages, checker: Checker) -> None:
    assert checker.check(packages.newer, "--key", packages.key) == 0, checker.said
    assert "authentic: signed by the key that you pinned" in checker.said
    assert "not pinned" not in checker.said


def test_older_package_pins_its_key_and_its_history(packages: Packages, checker: Checker) -> None:
    assert checker.check(packages.newer, "--previous", packages.older) == 0, checker.said
    assert "authentic" in checker.said
    assert "entry by entry" in checker.said


def test_key_that_was_given_is_asked_for_also_beside_an_older_package(
    packages: Packages, checker: Checker
) -> None:
    stranger = ("--previous", packages.older, "--key", packages.new_key)
    assert checker.check(packages.newer, *stranger) == 1
    assert "none of the accepted keys has signed this checkpoint" in checker.said
    known = ("--previous", packages.older, "--key", packages.key)
    assert checker.check(packages.newer, *known) == 0, checker.said
    assert "authentic" in checker.said


@pytest.mark.parametrize("pinned", ["key", "new_key"])
def test_rotated_key_is_followed(packages: Packages, checker: Checker, pinned: str) -> None:
    assert checker.check(packages.rotated, "--key", getattr(packages, pinned)) == 0, checker.said


def test_rotated_key_is_followed_from_an_older_package(
    packages: Packages, checker: Checker
) -> None:
    for older in (packages.older, packages.newer):
        assert checker.check(packages.rotated, "--previous", older) == 0, checker.said


def test_old_package_stays_good_after_the_rotation(packages: Packages, checker: Checker) -> None:
    assert checker.check(packages.older, "--key", packages.key) == 0, checker.said
    assert checker.check(packages.older, "--key", packages.new_key) == 1


def test_log_that_was_written_anew_fits_only_itself(packages: Packages, checker: Checker) -> None:
    assert checker.check(packages.hostile) == 0, checker.said
    assert "signer not pinned" in checker.said
    assert checker.check(packages.hostile, "--key", packages.key) == 1
    assert "none of the accepted keys has signed this checkpoint" in checker.said
    assert checker.check(packages.hostile, "--previous", packages.older) == 1


def test_older_and_newer_exchanged_is_named(packages: Packages, checker: Checker) -> None:
    assert checker.check(packages.older, "--previous", packages.newer) == 1
    assert "entries are gone" in " ".join(checker.said.split())


@pytest.mark.parametrize("is_packed_again", [False, True])
def test_package_as_its_own_predecessor_is_a_warning(
    packages: Packages, checker: Checker, tmp_path: Path, is_packed_again: bool
) -> None:
    same = packages.newer
    if is_packed_again:
        same = packed(tmp_path / "same.zip", members_of(packages.newer))

    assert checker.check(packages.newer, "--previous", same) == 0
    assert "WARNING" in checker.said
    assert "signer not pinned" in checker.said
    assert "authentic" not in checker.said.lower()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_package_is_said_without_a_traceback(
    checker: Checker, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x.zip").write_bytes(content)

    assert checker.check(tmp_path / "x.zip") == 1
    assert "DIFFERENCE" in checker.said


def test_missing_files_are_said(packages: Packages, checker: Checker, tmp_path: Path) -> None:
    assert checker.check(tmp_path / "none.zip") == 1
    assert checker.check(packages.newer, "--previous", tmp_path / "none.zip") == 1
    assert checker.check(packages.newer, "--key", tmp_path / "none.key") == 1
    assert "authentic" not in checker.said


@pytest.mark.parametrize("line", ["", "no key", "a+b+c", "é+00000000+AAAA"])
def test_key_file_that_holds_no_key_is_said(
    packages: Packages, checker: Checker, tmp_path: Path, line: str
) -> None:
    (tmp_path / "k").write_text(line)

    assert checker.check(packages.newer, "--key", tmp_path / "k") == 1
    assert "key line" in checker.said


def test_truncated_zip_is_said(packages: Packages, checker: Checker, tmp_path: Path) -> None:
    whole = packages.newer.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 25)):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        assert checker.check(tmp_path / "cut.zip") == 1, length


def test_packed_verifier_runs_alone(packages: Packages, tmp_path: Path) -> None:
    """As an auditor would: unpacked, in an empty folder, with nothing of the portal beside it."""
    with zipfile.ZipFile(packages.older) as archive:
        archive.extract("verify.py", tmp_path)

    ended = subprocess.run(
        [sys.executable, "-I", "verify.py", packages.newer, "--previous", packages.older],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Checking orca-cc8.1-2026Q3-r2.zip")
