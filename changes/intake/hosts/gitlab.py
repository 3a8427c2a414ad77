"""GitLab: a token in a header."""

from collections.abc import Sequence

from changes.intake.hosts.fields import Fields
from changes.intake.hosts.gitlab_diff import diff_of
from changes.intake.hosts.gitlab_read import READERS
from changes.intake.hosts.notices import Notice
from changes.intake.hosts.provider import Headers, Payload, Provider, same_text


def proof(headers: Headers, body: bytes, secret: bytes) -> bool:
    return same_text(headers.get("X-Gitlab-Token", ""), secret)


def delivery_id(headers: Headers, payload: Payload, body_sha256: str) -> str:
    """Since 17.4 a key that stays the same over retries; before that, the event's own."""
    return headers.get("Idempotency-Key", "") or headers.get("X-Gitlab-Event-UUID", "")


def event(headers: Headers, payload: Payload) -> str:
    return headers.get("X-Gitlab-Event", "")


def read(event: str, payload: Payload) -> Sequence[Notice] | None:
    fields = Fields(payload)
    kind = fields.maybe_text("object_kind")
    reader = READERS.get(kind or event.removesuffix(" Hook").lower().replace(" ", "_"))
    return None if reader is None else reader(fields)


PROVIDER = Provider(
    "gitlab", "GITLAB_WEBHOOK_TOKENS", proof, delivery_id, event, read, diff_of=diff_of
)
