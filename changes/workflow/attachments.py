"""Any file as evidence: a PDF, a screenshot, a letter. It is kept as it came and never read."""

import hashlib
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from changes.models import ChangeRequest, EvidenceItem, Person
from changes.roles import Act
from changes.workflow.evidence_files import keep_file, safe_name
from changes.workflow.refusals import Invalid
from changes.workflow.steps import check_may, check_time, locked

KIND = "document"
SIZE_MAXIMUM = 50 * 1024 * 1024
CHUNK = 1024 * 1024


@transaction.atomic
def attach_document(
    *,
    request: ChangeRequest,
    content: BinaryIO,
    name: str,
    actor: Person,
    at: datetime,
    effective_at: datetime | None = None,
) -> EvidenceItem:
    """Kept by its SHA-256 under a name made safe. `effective_at`: when it was made; `at`: when
    the portal got it. The same file again changes nothing. Refuses an empty or too large file.
    """
    check_may(actor, Act.CREATE_CHANGE)
    check_time(at)
    effective_at = effective_at or at
    if effective_at > at:
        raise Invalid({"effective_at": "A file cannot be made after it was received."})
    change = locked(request)
    sha256, size = _measured(content)
    described = EvidenceItem(
        change=change,
        kind=KIND,
        name=safe_name(name),
        sha256=sha256,
        size_bytes=size,
        effective_at=effective_at,
        uploaded_at=at,
        uploaded_by=actor,
    )
    return keep_file(described, content)


def _measured(content: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > SIZE_MAXIMUM:
            raise Invalid({"file": f"The file is larger than {SIZE_MAXIMUM // 1024**2} MB."})
        digest.update(chunk)
    if not size:
        raise Invalid({"file": "The file is empty: there is nothing to keep."})
    return digest.hexdigest(), size
