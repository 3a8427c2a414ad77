"""The addresses to which hosts post: let in what is proven, keep it, answer.

In this order: how long it is, how it is packed, who sent it, and only then what it says.
"""

import hashlib
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from changes import clock
from changes.intake.bodies import Malformed, check_not_empty, content_type_of, json_of
from changes.intake.hosts import PROVIDERS
from changes.intake.hosts.provider import DELIVERY_ID_MAXIMUM, EVENT_MAXIMUM, Provider
from changes.tasks import wake_for
from changes.vocabulary import HookSource
from changes.workflow.deliveries import Receipt, printable, receive_delivery, refuse_delivery

UNPROVEN = "The delivery does not prove who sent it: check the secret on both sides."


@csrf_exempt
@login_not_required
@require_POST
def hook(request: HttpRequest, source: str) -> JsonResponse:
    """202 for a new delivery, 200 for a repeated one; every refusal leaves a line in the log."""
    try:
        status, answer = _received(request, PROVIDERS[source])
    except Malformed as refusal:
        status, answer = refusal.status, {"code": refusal.code, "detail": refusal.sentence}
        refuse_delivery(
            source=HookSource(source),
            refusal=refusal,
            at=clock.now(),
            delivery_id=PROVIDERS[source].delivery_id(request.headers, {}, ""),
            size=_length(request),
        )
    response = JsonResponse({"status": int(status), **answer}, status=status)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _received(request: HttpRequest, provider: Provider) -> tuple[HTTPStatus, dict[str, Any]]:
    body = _proven_body(request, provider)
    check_not_empty(body)
    kind = content_type_of(
        request.headers.get("Content-Type", ""), takes_forms=provider.takes_forms
    )
    payload = json_of(body, kind)
    sha256 = hashlib.sha256(body).hexdigest()
    delivery_id = provider.delivery_id(request.headers, payload, sha256)
    event = provider.event(request.headers, payload)
    _check_names(delivery_id, event)
    receipt, delivery = receive_delivery(
        source=HookSource(provider.name),
        delivery_id=delivery_id,
        event=event,
        content_type=kind,
        body=body,
        at=clock.now(),
    )
    if receipt is Receipt.CONFLICT:
        sentence = f"The delivery {delivery_id} came before with another body."
        raise Malformed(HTTPStatus.CONFLICT, "delivery_conflict", sentence)
    if receipt is Receipt.NEW:
        wake_for(delivery.pk)
    status = HTTPStatus.ACCEPTED if receipt is Receipt.NEW else HTTPStatus.OK
    return status, {"code": receipt.value, "delivery": delivery_id}


def _proven_body(request: HttpRequest, provider: Provider) -> bytes:
    _check_packing(request)
    try:
        body = request.read()
    except UnreadablePostError as error:
        raise Malformed(HTTPStatus.BAD_REQUEST, "body_cut", "The body broke off.") from error
    if not provider.is_proven(request.headers, body, getattr(settings, provider.secrets)):
        raise Malformed(HTTPStatus.UNAUTHORIZED, "unproven", UNPROVEN)
    return body


def _check_packing(request: HttpRequest) -> None:
    """Nothing is read yet; the server hands over no more than the length that is given."""
    length, maximum = _length(request), settings.WEBHOOK_MAXIMUM_BYTES
    if length is None or request.headers.get("Transfer-Encoding"):
        sentence = "Say how long the body is, in Content-Length."
        raise Malformed(HTTPStatus.LENGTH_REQUIRED, "length_required", sentence)
    if length > maximum:
        sentence = f"The body is longer than {maximum:,} bytes."
        raise Malformed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", sentence)
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        sentence = "The body is compressed: send it as it is."
        raise Malformed(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content_encoding", sentence)


def _check_names(delivery_id: str, event: str) -> None:
    for name, value, maximum in (
        ("delivery id", delivery_id, DELIVERY_ID_MAXIMUM),
        ("event", event, EVENT_MAXIMUM),
    ):
        code = name.replace(" ", "_")
        if not value.strip():
            sentence = f"The delivery does not name its {name}."
            raise Malformed(HTTPStatus.BAD_REQUEST, f"{code}_missing", sentence)
        if len(value) > maximum or printable(value) != value:
            sentence = f"The {name} is no short text of ASCII: at most {maximum} characters."
            raise Malformed(HTTPStatus.BAD_REQUEST, f"{code}_invalid", sentence)


def _length(request: HttpRequest) -> int | None:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
