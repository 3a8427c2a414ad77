"""What the portal asks of a sender of webhooks, and how each proves who it is."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from changes.intake.hosts.diffs import DiffAsker
from changes.intake.hosts.notices import Notice

# Looked up by any writing of the name, as HTTP wants it.
Headers = Mapping[str, str]
Payload = Mapping[str, Any]
DELIVERY_ID_MAXIMUM, EVENT_MAXIMUM = 100, 60


@dataclass(frozen=True)
class Provider:
    """`secrets` names the setting; `proof` compares in constant time, secret by secret.

    `delivery_id` and `event` are empty where the sender does not say. `read` gives what the
    payload says as plain notices; None for an event that the portal has no use for. `diff_of`
    is how it is asked for a diff, where it keeps code.
    """

    name: str
    secrets: str
    proof: Callable[[Headers, bytes, bytes], bool]
    delivery_id: Callable[[Headers, Payload, str], str]
    event: Callable[[Headers, Payload], str]
    read: Callable[[str, Payload], Sequence[Notice] | None]
    takes_forms: bool = False
    diff_of: DiffAsker | None = None

    def is_proven(self, headers: Headers, body: bytes, secrets: Iterable[str]) -> bool:
        """Every secret is tried, so that two are good while one replaces the other. A blank
        one proves nothing.
        """
        tried = [self.proof(headers, body, s.encode()) for s in secrets if s.strip()]
        return any(tried)


def hmac_matches(algorithm: str, given: str, body: bytes, secret: bytes) -> bool:
    """Compared as bytes: text that is not ASCII would raise."""
    expected = hmac.new(secret, body, getattr(hashlib, algorithm)).hexdigest()
    return same_text(given, expected.encode())


def same_text(given: str, expected: bytes) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected)
