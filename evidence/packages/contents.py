"""Looking into a compiled package: what it holds, whether it is whole, what changed since."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from evidence.models import Package
from evidence.packages.bundle import Entry

Manifest = dict[str, Any]
DOSSIERS = "dossiers/"


class Damaged(Exception):
    """The file of a package is gone or is not what was published; the sentence says which."""


@dataclass(frozen=True)
class Differences:
    """What a revision has against the one before: keys of changes, and counts that moved."""

    added: list[str]
    removed: list[str]
    changed: list[str]
    counts: list[tuple[str, int, int]]


def path_of(package: Package) -> Path:
    return Path(settings.PACKAGES_DIR) / package.file_name


def open_whole(package: Package) -> BinaryIO:
    """The file, ready to be read, after its SHA-256 was compared."""
    try:
        file = path_of(package).open("rb")
    except OSError as error:
        raise Damaged(f"The file of {package} is missing: {package.file_name}.") from error
    if hashlib.file_digest(file, "sha256").hexdigest() != package.sha256:
        file.close()
        raise Damaged(
            f"The file of {package} is not the one that was published: its SHA-256 differs. "
            "It is not handed out; restore it from a copy, or compile the quarter again."
        )
    file.seek(0)
    return file


def manifest_of(package: Package) -> Manifest:
    """Raises Damaged where the file cannot be read."""
    return _manifest(path_of(package), package.sha256, str(package))


@lru_cache(maxsize=8)
def _manifest(path: Path, sha256: str, key: str) -> Manifest:  # a digest never has two manifests
    try:
        with zipfile.ZipFile(path) as bundle:
            content: Manifest = json.loads(bundle.read("manifest.json"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Damaged(f"The file of {key} is missing or cannot be read.") from error
    return content


def entries_of(manifest: Manifest) -> list[Entry]:
    return [Entry(**file) for file in manifest["files"]]


def differences(before: Manifest, after: Manifest) -> Differences:
    old, new = _dossiers(before), _dossiers(after)
    return Differences(
        added=sorted(new.keys() - old.keys()),
        removed=sorted(old.keys() - new.keys()),
        changed=sorted(key for key in new.keys() & old.keys() if new[key] != old[key]),
        counts=_moved(_counts(before), _counts(after)),
    )


def _dossiers(manifest: Manifest) -> dict[str, str]:
    return {
        entry.path.removeprefix(DOSSIERS).removesuffix(".pdf"): entry.sha256
        for entry in entries_of(manifest)
        if entry.path.startswith(DOSSIERS)
    }


def _counts(manifest: Manifest) -> dict[str, int]:
    return {**manifest["counts"], **manifest["verdicts"]}


def _moved(before: Mapping[str, int], after: Mapping[str, int]) -> list[tuple[str, int, int]]:
    pairs = ((name, before.get(name, 0), after[name]) for name in after)
    return [pair for pair in pairs if pair[1] != pair[2]]
