"""The wording of a request: what an approver read."""

import hashlib
import json
from collections.abc import Iterable

from changes.models import ChangeRequest
from changes.rules.policy import TEXT_FIELDS
from changes.vocabulary import Means


def request_digest(change: ChangeRequest, system_slugs: Iterable[str]) -> str:
    """SHA-256 over the wording that an approver read; an edit changes it."""
    wording = {name: getattr(change, name) for name in (*TEXT_FIELDS, "title", "category")}
    wording |= {
        "systems": sorted(system_slugs),
        "is_infrastructure": change.is_infrastructure,
        "changes_schema": change.changes_schema,
        "procedure": change.standard_procedure_id,
        "parameters": change.procedure_parameters,
    }
    if change.means != Means.CODE:
        wording["means"] = change.means
    text = json.dumps(wording, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
