"""Salted digests: an event binds a text without telling it.

SHA-256 over 32 bytes of salt and the canonical JSON of [event id, field, value]. Without the
salt nobody can try out texts, so a text that is erased together with its salt is gone.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from evidence.ledger.canonical import canonical

SALT_BYTES = 32


def commitment(salt: bytes, event_id: str, field: str, value: object) -> str:
    """Of a text, Python's own JSON gives the canonical bytes, and many times as fast."""
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return hashlib.sha256(salt + f'["{event_id}","{field}",{text}]'.encode()).hexdigest()
    return hashlib.sha256(salt + canonical([event_id, field, value])).hexdigest()


def opens(kept: Any, event_id: str, field: str, committed: str | None) -> bool:
    """Whether what is kept is the salt and the value that were committed to; never raises."""
    try:
        salt, value = kept
        return commitment(bytes.fromhex(salt), event_id, field, value) == committed
    except (TypeError, ValueError):
        return False


def commit(event_id: str, values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """The commitments that the event holds, and what opens them: {field: [salt, value]}."""
    opened = {name: [secrets.token_hex(SALT_BYTES), value] for name, value in values.items()}
    return {
        name: commitment(bytes.fromhex(salt), event_id, name, value)
        for name, (salt, value) in opened.items()
    }, opened
