"""The body of a webhook, read strictly: what is doubtful is refused with a code and a sentence."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import parse_qs

from changes.intake.strict_json import NotStrict, check_texts, decoded

# Each value costs some sixty bytes in memory however short it is in the body.
VALUES_MAXIMUM = 1_000_000
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass
class Malformed(Exception):
    """The request cannot be used; `sentence` says why and `code` is stable for machines."""

    status: HTTPStatus
    code: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def check_not_empty(body: bytes) -> None:
    """First of all: what says nothing needs no content type."""
    if not body.strip():
        _refuse("body_empty", "The body is empty: expected a JSON object.")


def content_type_of(header: str, *, takes_forms: bool) -> str:
    """JSON, or a form where the sender may choose it. Anything else is 415."""
    kind = header.partition(";")[0].strip().lower()
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return JSON
    if kind == FORM and takes_forms:
        return FORM
    raise Malformed(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "content_type",
        f"The content type is '{kind[:60]}': expected {JSON}"
        + (f" or {FORM}." if takes_forms else "."),
    )


def json_of(body: bytes, content_type: str) -> dict[str, Any]:
    """The object that the body holds, itself or as the `payload` of a form."""
    return read_body(_payload_of(body) if content_type == FORM else body)


def read_body(body: bytes) -> dict[str, Any]:
    """One JSON object from UTF-8, each number exact and each text whole."""
    _check_size(body)
    try:
        value = decoded(body.decode("utf-8"))
        check_texts(value, body)
    except UnicodeDecodeError as error:
        _refuse("text_encoding", f"The body is not UTF-8 (byte {error.start + 1}).")
    except NotStrict as error:
        _refuse(error.code, str(error))
    if not isinstance(value, dict):
        _refuse("json_invalid", "The body is JSON, but not an object in braces.")
    return value


def _payload_of(body: bytes) -> bytes:
    try:
        fields = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=20)
        (payload,) = fields["payload"]
    except (ValueError, KeyError):
        _refuse("form_invalid", "The form has no single field 'payload' that holds the JSON.")
    return payload.encode(errors="surrogatepass")


def _check_size(body: bytes) -> None:
    values = body.count(b",") + body.count(b"[") + body.count(b"{")
    if values > VALUES_MAXIMUM:
        raise Malformed(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body_too_large",
            f"The body holds more than {VALUES_MAXIMUM:,} values.",
        )


def _refuse(code: str, sentence: str) -> NoReturn:
    raise Malformed(HTTPStatus.BAD_REQUEST, code, sentence)
