"""What the files of a package say goes on the log, before the checkpoint that the package carries.

So whoever alters a file afterwards does not only need the key that signs manifests: the log has
another digest. And whoever compiles other files of the same quarter leaves another entry.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from changes import clock
from changes.announcements import Announcement, announce
from evidence.ledger.canonical import digest_of, sha256_hex
from evidence.ledger.records import record_name
from evidence.ledger.sequence import seal
from evidence.models import Leaf, PackageFiles
from evidence.packages.bundle import file_digest
from evidence.packages.manifest import said

# Of these the log has one digest each, that of the listing: as `sha256sum` writes it, by path.
FOLDERS = ("annex/", "dossiers/", "files/")
RECORDED = "package.files_recorded"
Facts = dict[str, Any]


def record_files(frozen: Facts, files: Mapping[str, Path]) -> int:
    """The number of the entry; the same files of the same record have one."""
    told = {"entries": frozen["log_size"], "says": said(frozen), "files": digests_of(files)}
    row = _kept(told)
    seal()
    return Leaf.objects.get(event__type=RECORDED, event__record=record_name(row)).index


@transaction.atomic
def _kept(told: Facts) -> PackageFiles:
    now = clock.now()
    values = {**told, "quarter": told["says"]["quarter"], "recorded_at": now}
    row, is_new = PackageFiles.objects.get_or_create(sha256=digest_of(told), defaults=values)
    if is_new:
        announce(Announcement(RECORDED, row, now, details=told))
    return row


def digests_of(files: Mapping[str, Path]) -> dict[str, str]:
    """By path, in the order of paths; a folder as a whole."""
    found: dict[str, str] = {}
    listings = dict.fromkeys(FOLDERS, "")
    for path, source in sorted(files.items()):
        folder = next((folder for folder in FOLDERS if path.startswith(folder)), None)
        if folder:
            listings[folder] += f"{file_digest(source)}  {path}\n"
        else:
            found[path] = file_digest(source)
    return found | {folder: sha256_hex(text.encode()) for folder, text in listings.items()}
