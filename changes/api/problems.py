"""Every answer that is not a success: problem details (RFC 9457), with a sentence to act on."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from changes.api.refusals import keep_refusal
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.replies import InFlight

MEDIA_TYPE = "application/problem+json"
WHOLE = ""  # the field name of what concerns the whole request


class Malformed(exceptions.APIException):
    """The request cannot be read at all; `code` says what kind of nonsense it is."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence, code)


class TooLarge(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, maximum: int) -> None:
        super().__init__(f"The body is larger than {maximum:,} bytes.", "body_too_large")


class Conflict(exceptions.APIException):
    status_code = HTTPStatus.CONFLICT

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence, code)


class Unprocessable(exceptions.APIException):
    """Readable, but a value is wrong; `fields` names each with its sentence."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, fields: Mapping[str, str], code: str = "invalid") -> None:
        super().__init__(" ".join(fields.values()), code)
        self.fields = dict(fields)


@contextmanager
def renamed(**names: str) -> Iterator[None]:
    """What the workflow calls `at` has another name in the body."""
    try:
        yield
    except Invalid as error:
        fields = {names.get(field, field): said for field, said in error.fields.items()}
        raise Unprocessable(fields) from error


def problem(
    status: int, code: str, sentence: str, fields: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """`code` is stable, `detail` is for people; `errors` names fields of the body."""
    return {
        "type": f"urn:orca-portal:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": sentence,
        "code": code,
        "errors": [{"field": f, "sentence": s} for f, s in (fields or {}).items()],
    }


def problem_response(status: int, code: str, sentence: str) -> HttpResponse:
    """For what fails before or outside of a view."""
    body = json.dumps(problem(status, code, sentence))
    return HttpResponse(body, content_type=MEDIA_TYPE, status=status)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework asks this for each exception of a view; None is a bug of ours.

    What the view began is undone by then: the line in the log of refusals is all that stays.
    """
    known = _as_api_exception(error)
    response = exception_handler(known, dict(context))
    if response is None or not isinstance(known, exceptions.APIException):
        return None
    sentence = _sentence(known)
    response.data = problem(response.status_code, _code(known), sentence, _fields(known))
    if not isinstance(error, InFlight):
        keep_refusal(context, response.status_code, sentence)
    response.content_type = MEDIA_TYPE
    return response


def _as_api_exception(error: Exception) -> Exception:
    match error:
        case Invalid():
            return Unprocessable(error.fields)
        case NotNow():
            code = "in_flight" if isinstance(error, InFlight) else "not_now"
            return Conflict(code, str(error))
        case NotPermitted():
            return exceptions.PermissionDenied(str(error), "not_permitted")
        case exceptions.ValidationError():
            return Unprocessable(dict(_flat(error.detail)))
        case Http404():
            sentence = str(error.args[0]) if error.args else "There is nothing at this address."
            return exceptions.NotFound(sentence)
        case PermissionDenied():
            return exceptions.PermissionDenied(str(error) or None)
    return error


def _flat(detail: Any, name: str = WHOLE) -> list[tuple[str, str]]:
    """Nested messages by the path of their field: `samples.2.taken_at`."""
    if isinstance(detail, Mapping):
        inner = [_flat(value, _path(name, str(key))) for key, value in detail.items()]
        return [pair for pairs in inner for pair in pairs]
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        inner = [_flat(item, _path(name, str(place))) for place, item in enumerate(detail)]
        return [pair for pairs in inner for pair in pairs]
    sentences = detail if isinstance(detail, list) else [detail]
    return [(name, " ".join(str(sentence) for sentence in sentences))] if sentences else []


def _path(name: str, key: str) -> str:
    if key == "non_field_errors":
        return name
    return f"{name}.{key}" if name else key


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else "invalid"


def _sentence(error: exceptions.APIException) -> str:
    return str(error.detail)


def _fields(error: exceptions.APIException) -> dict[str, str]:
    return getattr(error, "fields", {})
