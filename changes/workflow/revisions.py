"""Revisions as others name them."""

import re

from changes.workflow.refusals import Invalid

_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def full_revision(text: str) -> str:
    """In lower case. A shortened one is refused: it would silently count for nothing."""
    lowered = text.strip().lower()
    if not _REVISION.fullmatch(lowered):
        raise Invalid({"revision": "Expected a full commit id of 40 or 64 hexadecimal digits."})
    return lowered
