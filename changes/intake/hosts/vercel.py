"""Vercel: HMAC-SHA1 over the raw body, which its documentation fixes."""

from collections.abc import Sequence
from datetime import datetime

from changes.intake.hosts.fields import Fields
from changes.intake.hosts.notices import DeploymentNotice, Notice, RepositoryName, Who
from changes.intake.hosts.provider import Headers, Payload, Provider, hmac_matches
from changes.vocabulary import DeploymentOutcome

_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_OUTCOMES = {
    "succeeded": DeploymentOutcome.SUCCEEDED,
    "ready": DeploymentOutcome.SUCCEEDED,
    "promoted": DeploymentOutcome.SUCCEEDED,
    "error": DeploymentOutcome.FAILED,
    "canceled": DeploymentOutcome.FAILED,
}
_WITHOUT_OUTCOME = ("created", "rollback")
WITHOUT_TYPE = "(no type)"


def proof(headers: Headers, body: bytes, secret: bytes) -> bool:
    return hmac_matches("sha1", headers.get("X-Vercel-Signature", ""), body, secret)


def delivery_id(headers: Headers, payload: Payload, body_sha256: str) -> str:
    """The envelope's own id, which a retry repeats; no header does. One id under two types is two
    events. Without an envelope the body stands for it.
    """
    given = payload.get("id")
    if not isinstance(given, str) or not given:
        return body_sha256
    return f"{given} {event(headers, payload)}"


def event(headers: Headers, payload: Payload) -> str:
    """Of what comes without an envelope nothing says what happened: it is kept as ignored."""
    given = payload.get("type")
    return given if isinstance(given, str) and given else WITHOUT_TYPE


def read(event: str, payload: Payload) -> Sequence[Notice] | None:
    family, _, action = event.partition(".")
    if family != "deployment" or action not in (*_OUTCOMES, *_WITHOUT_OUTCOME):
        return None
    return [deployment_of(Fields(payload), action)]


def deployment_of(envelope: Fields, action: str) -> DeploymentNotice:
    payload = envelope.object("payload")
    deployment = payload.object("deployment")
    meta = deployment.maybe_object("meta") or Fields({}, "payload.deployment.meta")
    at: datetime = envelope.milliseconds("createdAt")
    target = payload.maybe_text("target")
    return DeploymentNotice(
        repository=_repository(meta, deployment),
        action=envelope.text("type"),
        identity=f"vercel:{deployment.text('id')}",
        revision=_of_git(meta, "CommitSha").lower(),
        ref=_of_git(meta, "CommitRef"),
        environment=target or "preview",
        is_production=target == "production" or action in ("promoted", "rollback"),
        started_at=at,
        started_by=_author(meta),
        state=action,
        state_at=at,
        outcome=_OUTCOMES.get(action),
        is_rolled_back=action == "rollback",
        url=payload.maybe_text("url") or deployment.maybe_text("url") or "",
        project=(payload.maybe_object("project") or Fields({})).maybe_text("id") or "",
    )


def _repository(meta: Fields, deployment: Fields) -> RepositoryName:
    """Of the git host that the project is connected to; else the project stands for it."""
    for word, host in _HOSTS.items():
        owner, name = meta.maybe_text(f"{word}CommitOrg"), meta.maybe_text(f"{word}CommitRepo")
        owner = owner or meta.maybe_text(f"{word}Org")
        name = name or meta.maybe_text(f"{word}Repo") or meta.maybe_text(f"{word}ProjectPath")
        if name:
            path = f"{owner}/{name}" if owner and "/" not in name else name
            return RepositoryName(host, path, f"https://{host}/{path}")
    return RepositoryName("vercel.com", deployment.maybe_text("name") or deployment.text("id"))


def _of_git(meta: Fields, key: str) -> str:
    found = (meta.maybe_text(f"{word}{key}") for word in (*_HOSTS, "git"))
    return next((text for text in found if text), "")


def _author(meta: Fields) -> Who | None:
    login, name = _of_git(meta, "CommitAuthorLogin"), _of_git(meta, "CommitAuthorName")
    return Who(login, name) if login else None


PROVIDER = Provider("vercel", "VERCEL_WEBHOOK_SECRETS", proof, delivery_id, event, read)
