"""Posting webhooks in tests as their senders do: signed, with their headers."""

import hashlib
import hmac
import json
from typing import Any

from django.test import Client

SECRET = "a secret of the tests"
SETTINGS = (
    "GITHUB_WEBHOOK_SECRETS",
    "GITLAB_WEBHOOK_TOKENS",
    "VERCEL_WEBHOOK_SECRETS",
    "ALERTMANAGER_TOKENS",
)


def body_of(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else json.dumps(payload).encode()


def proof_of(source: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    key = secret.encode()
    match source:
        case "github":
            return {
                "X-Hub-Signature-256": f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
            }
        case "gitlab":
            return {"X-Gitlab-Token": secret}
        case "vercel":
            return {"X-Vercel-Signature": hmac.new(key, body, hashlib.sha1).hexdigest()}
    return {"Authorization": f"Bearer {secret}"}


def headers_of(source: str, body: bytes, event: str = "ping", key: str = "one") -> dict[str, str]:
    names = {
        "github": {"X-GitHub-Event": event, "X-GitHub-Delivery": key},
        "gitlab": {"X-Gitlab-Event": event, "X-Gitlab-Event-UUID": key},
    }
    return {**names.get(source, {}), **proof_of(source, body)}


def post(
    payload: Any,
    *,
    source: str = "github",
    event: str = "ping",
    key: str = "one",
    headers: dict[str, str] | None = None,
    content_type: str = "application/json",
) -> Any:
    """`headers` come on top of those of the sender."""
    body = body_of(payload)
    return Client().post(
        f"/hooks/{source}/",
        body,
        content_type=content_type,
        headers={**headers_of(source, body, event, key), **(headers or {})},
    )
