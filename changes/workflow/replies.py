"""A POST that names itself has one effect, however often it is sent."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from changes.models import KeptReply
from changes.workflow.refusals import Invalid, NotNow

HEADER = "Idempotency-Key"
KEY_MAXIMUM = 255
Answer = Callable[[], tuple[int, bytes]]


class InFlight(NotNow):
    """The first request of that key has not been answered yet."""


@transaction.atomic
def answer_once(
    *, caller: str, key: str, request_sha256: str, answer: Answer, at: datetime
) -> KeptReply:
    """The reply to this key: the kept one, else what `answer` does and says, kept with it in one
    transaction. What fails keeps nothing, so that it may be tried again under the same key.
    """
    _check_key(key)
    if not _is_first(caller, key):
        raise InFlight(f"A request with this {HEADER} is being answered: try again in a second.")
    kept = KeptReply.objects.filter(caller=caller, key=key).first()
    if kept is None:
        status, body = answer()
        return KeptReply.objects.create(
            caller=caller,
            key=key,
            request_sha256=request_sha256,
            status=status,
            body=body,
            kept_at=at,
        )
    if kept.request_sha256 != request_sha256:
        sentence = "This key was used for another request: give each request a key of its own."
        raise Invalid({HEADER: sentence})
    return kept


def _check_key(key: str) -> None:
    if not (key.isascii() and key.isprintable() and 1 <= len(key) <= KEY_MAXIMUM):
        sentence = f"Expected 1 to {KEY_MAXIMUM} printable ASCII characters."
        raise Invalid({HEADER: sentence})


def _is_first(caller: str, key: str) -> bool:
    """SQLite has one writer at a time, which holds its lock already. PostgreSQL is asked for a
    lock on the key, and not waited for: a row that is not committed shows to nobody.
    """
    if connection.vendor != "postgresql":
        return True
    digest = hashlib.sha256(f"{caller}\n{key}".encode()).digest()
    with connection.cursor() as cursor:
        lock = int.from_bytes(digest[:8], signed=True)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        (taken,) = cursor.fetchone() or (False,)
    return bool(taken)
