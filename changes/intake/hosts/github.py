"""GitHub: HMAC-SHA256 over the raw body."""

from collections.abc import Sequence

from changes.intake.hosts.fields import Fields
from changes.intake.hosts.github_diff import diff_of
from changes.intake.hosts.github_read import READERS
from changes.intake.hosts.notices import Notice
from changes.intake.hosts.provider import Headers, Payload, Provider, hmac_matches


def proof(headers: Headers, body: bytes, secret: bytes) -> bool:
    scheme, _, given = headers.get("X-Hub-Signature-256", "").partition("=")
    return hmac_matches("sha256", given, body, secret) and scheme == "sha256"


def delivery_id(headers: Headers, payload: Payload, body_sha256: str) -> str:
    return headers.get("X-GitHub-Delivery", "")


def event(headers: Headers, payload: Payload) -> str:
    return headers.get("X-GitHub-Event", "")


def read(event: str, payload: Payload) -> Sequence[Notice] | None:
    reader = READERS.get(event)
    return None if reader is None else [reader(Fields(payload))]


PROVIDER = Provider(
    "github",
    "GITHUB_WEBHOOK_SECRETS",
    proof,
    delivery_id,
    event,
    read,
    takes_forms=True,
    diff_of=diff_of,
)
