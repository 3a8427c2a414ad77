"""Canonical JSON (RFC 8785) and SHA-256 over it."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """The one byte string for a value of strings, booleans, null, integers, lists and objects.

    Raises rfc8785.CanonicalizationError for anything that JSON cannot carry exactly.
    """
    return rfc8785.dumps(value)


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    return sha256_hex(canonical(value))


def utc_text(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
