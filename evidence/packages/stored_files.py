"""The stored evidence of a quarter's changes: each file once, by its digest, and whose it is."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from changes.models import EvidenceItem
from changes.spreadsheets import safe_cell
from evidence.packages.bundle import file_digest

FOLDER = "files"
LISTING = "files.csv"
COLUMNS = ("change", "kind", "name", "sha256", "size_bytes", "path")
LOOKED_UP_AT_ONCE = 200
Facts = dict[str, Any]


class DamagedFile(Exception):
    """A stored file is gone or is no longer what was stored; the sentence says which."""


def add_stored_files(folder: Path, items: Iterable[Facts]) -> dict[str, Path]:
    """Writes files.csv and gives every file by its path in the package.

    A file that cannot be handed out whole fails the package: it never leaves one out silently.
    """
    found: dict[str, str] = {}
    with (folder / LISTING).open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(COLUMNS)
        for item in items:
            for file in item["files"]:
                path = f"{FOLDER}/{file['sha256']}"
                row = {"change": item["key"], **file, "path": path}
                writer.writerow([safe_cell(row[name]) for name in COLUMNS])
                found.setdefault(file["sha256"], f"{file['name']} of {item['key']}")
    return {f"{FOLDER}/{sha256}": path for sha256, path in _whole(found)}


def _whole(found: dict[str, str]) -> Iterator[tuple[str, Path]]:
    wanted = sorted(found)
    for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
        batch = wanted[start : start + LOOKED_UP_AT_ONCE]
        rows = EvidenceItem.objects.filter(sha256__in=batch).order_by("pk")
        paths = {row.sha256: Path(row.content.path) for row in rows}
        for sha256 in batch:
            path = paths.get(sha256)
            if path is None or not path.is_file() or file_digest(path) != sha256:
                raise DamagedFile(
                    f"The stored file {found[sha256]} (SHA-256 {sha256[:12]}) is missing or"
                    " damaged: restore it from a copy"
                )
            yield sha256, path
