"""Rendered sheets, kept by the digest of what they show, so that any worker finds them again."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from evidence.ledger.canonical import digest_of
from evidence.packages.sheets import edition
from evidence.vocabulary import PartKind

END = b"%%EOF"


class MissingSheet(Exception):
    """A sheet that was there when the job was frozen is gone: the job is frozen anew."""


def dossier_name(facts_sha256: str) -> str:
    return digest_of({"sheet": "dossier", "facts": facts_sha256, "edition": edition()})


def annex_name(kind: PartKind, number: int, frozen: dict[str, Any]) -> str:
    facts = digest_of(frozen)
    return digest_of({"sheet": kind, "number": number, "facts": facts, "edition": edition()})


def path_of(name: str) -> Path:
    return Path(settings.DOSSIERS_DIR) / name[:2] / f"{name}.pdf"


def is_kept(name: str) -> bool:
    """There, and whole: a file that was cut off by a full disk does not end as a PDF does."""
    try:
        with path_of(name).open("rb") as file:
            file.seek(-16, os.SEEK_END)
            return END in file.read()
    except OSError:
        return False


def keep(name: str, render: Callable[[], bytes]) -> Path:
    """The sheet's file; rendered only where nobody has done so yet."""
    path = path_of(name)
    if not is_kept(name):
        write_whole(path, render())
    return path


def write_whole(path: Path, data: bytes) -> None:
    """In place in one step, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
