"""One message to the other side: by e-mail, or as a signed webhook."""

import hashlib
import hmac
import json
import smtplib
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from changes.models import Notification
from changes.vocabulary import Channel

SECONDS = 10
KEPT = 500
# The other side says that it did not take it, and that it may be asked again.
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class Outcome(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"
    FINAL = "final"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Answer:
    """Only what was surely not taken is `REFUSED` and may be sent again."""

    outcome: Outcome
    text: str


def send(notification: Notification) -> Answer:
    if notification.channel == Channel.EMAIL:
        return _send_email(notification)
    return _send_webhook(notification)


def signature_of(body: bytes, secret: str) -> str:
    """HMAC-SHA256 over the raw body, as GitHub writes it: `sha256=` and hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _send_email(notification: Notification) -> Answer:
    assert notification.recipient is not None  # noqa: S101 - the database sees to it
    message = EmailMessage(
        subject=" ".join(notification.text.split())[:150],
        body=f"{notification.text}\n\n{_url(notification)}\n",
        to=[notification.recipient.email],
        headers={"Message-ID": f"<{_id(notification)}@{urlsplit(settings.PORTAL_URL).hostname}>"},
    )
    try:
        message.send()
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError, ConnectionRefusedError) as error:
        return Answer(Outcome.REFUSED, _kept(error))
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        return Answer(Outcome.REFUSED, _kept(error))
    except (smtplib.SMTPException, OSError) as error:
        return Answer(Outcome.UNSURE, _kept(error))
    return Answer(Outcome.TAKEN, "The mail server took it.")


def _send_webhook(notification: Notification) -> Answer:
    """Slack and its likes read `text`; others may read the rest."""
    body = json.dumps(_payload(notification), ensure_ascii=False, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Orca-Delivery": _id(notification),
        "X-Orca-Signature-256": signature_of(body, settings.NOTIFY_WEBHOOK_SECRET),
    }
    try:
        answer = httpx.post(
            settings.NOTIFY_WEBHOOK_URL, content=body, headers=headers, timeout=SECONDS
        )
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return Answer(Outcome.REFUSED, _kept(error))
    except httpx.HTTPError as error:
        return Answer(Outcome.UNSURE, _kept(error))
    text = f"{answer.status_code} {answer.text}"[:KEPT]
    if answer.is_success:
        return Answer(Outcome.TAKEN, text)
    return Answer(Outcome.REFUSED if answer.status_code in AGAIN else Outcome.FINAL, text)


def _payload(notification: Notification) -> dict[str, object]:
    return {
        "text": f"{notification.text} {_url(notification)}",
        "id": _id(notification),
        "occasion": notification.occasion,
        "change": notification.change.key if notification.change else None,
        "url": _url(notification),
    }


def _id(notification: Notification) -> str:
    """The same for each attempt, so that the other side can tell one that it has already."""
    return hashlib.sha256(notification.key.encode()).hexdigest()[:32]


def _url(notification: Notification) -> str:
    return f"{settings.PORTAL_URL.rstrip('/')}{notification.path}"


def _kept(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:KEPT]
