"""Stored files, whole or not at all."""

import hashlib

from django.core.files.base import File

from changes.models import EvidenceItem

CHUNK = 1 << 20


class Damaged(Exception):
    """Its sentence says what is wrong with the stored file."""


def opened_whole(item: EvidenceItem) -> "File[bytes]":
    """The stored bytes, from the start, after their SHA-256 was compared. The caller closes."""
    try:
        stored = item.content.open("rb")
    except (OSError, ValueError) as error:
        raise Damaged(f"The stored file of {item.name} is missing: restore it.") from error
    digest = hashlib.sha256()
    while chunk := stored.read(CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != item.sha256:
        stored.close()
        raise Damaged(f"The stored file of {item.name} is not what was received: restore it.")
    stored.seek(0)
    return stored
