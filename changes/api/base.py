"""What every address of the API has in common."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from changes import clock
from changes.api.access import Access, AsTheViewSays, token_of
from changes.api.authentication import PersonAuthentication, TokenAuthentication
from changes.api.parsing import StrictJSONParser
from changes.api.problems import Malformed, TooLarge
from changes.api.throttling import CallerThrottle
from changes.models import Person
from changes.workflow.replies import HEADER, answer_once

JSON = "application/json"
Done = tuple[int, Any]


class OneFormat(BaseContentNegotiation):
    """There is JSON and nothing else, whatever is asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        for parser in parsers:
            wanted = parser.media_type.split(";")[0]
            if request.content_type.split(";")[0].strip().lower() == wanted:
                return parser
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """`access` names who may, by method; `queries` what the address may be asked."""

    access: ClassVar[Mapping[str, Access]] = {}
    queries: frozenset[str] = frozenset()
    takes_any_query = False
    body_maximum = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body_may_be_empty = False
    body_may_be_list = False

    authentication_classes = (TokenAuthentication, PersonAuthentication)
    permission_classes = (AsTheViewSays,)
    throttle_classes = (CallerThrottle,)
    parser_classes: Any = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OneFormat
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The size is judged before anything of the body is read."""
        if _length(request) > self.body_maximum:
            raise TooLarge(self.body_maximum)
        super().initial(request, *args, **kwargs)
        if not self.takes_any_query:
            self._check_queries(request)
        if request.method == "POST":
            self._check_body(request)

    def given(self, serializer: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
        """The body's values; refused with a sentence for each field that is wrong."""
        checked = serializer(data=self.request.data, **options)
        checked.is_valid(raise_exception=True)
        values: dict[str, Any] = checked.validated_data
        return values

    def once(self, request: Request, act: Callable[[], Done]) -> HttpResponse:
        """Does it and answers. With an Idempotency-Key: the first time only."""
        key = request.headers.get(HEADER)
        if key is None:
            with transaction.atomic():
                status, body = _rendered(act())
        else:
            kept = answer_once(
                caller=_caller(request),
                key=key,
                request_sha256=_digest(request),
                answer=lambda: _rendered(act()),
                at=clock.now(),
            )
            status, body = kept.status, bytes(kept.body)
        return HttpResponse(body, content_type=JSON, status=status)

    def _check_queries(self, request: Request) -> None:
        for name, values in request.query_params.lists():
            if name not in self.queries:
                raise Malformed("query_unknown", f"This address is not asked '{name[:40]}'.")
            if len(values) > 1:
                raise Malformed("query_repeated", f"'{name}' stands in the address twice.")
            if "\x00" in values[0]:
                raise Malformed("text_nul", f"'{name}' holds a NUL character.")

    def _check_body(self, request: Request) -> None:
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            sentence = "Send the body as it is, without a Content-Encoding."
            raise UnsupportedMediaType("", sentence)
        if _length(request) == 0 and not self.body_may_be_empty:
            raise Malformed("body_empty", "The body is empty.")


def person_of(request: Request) -> Person:
    assert isinstance(request.user, Person)  # noqa: S101 - AsTheViewSays saw to it
    return request.user


def _length(request: Request) -> int:
    try:
        return max(0, int(request.META.get("CONTENT_LENGTH") or 0))
    except ValueError:
        return 0


def _rendered(done: Done) -> tuple[int, bytes]:
    status, data = done
    return status, JSONRenderer().render(data)


def _caller(request: Request) -> str:
    token = token_of(request)
    return f"token:{token.pk}" if token else f"person:{person_of(request).pk}"


def _digest(request: Request) -> str:
    """Of what is asked, not of how it is written: a form has another boundary each time."""
    fields = {name: _plain(value) for name, value in _fields(request).items()}
    asked = [request.method, request.path, fields]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _fields(request: Request) -> dict[str, Any]:
    data: Any = request.data
    if isinstance(data, list):
        return {"": data}
    return {name: data[name] for name in data}


def _plain(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.file_digest(value, "sha256").hexdigest()
    value.seek(0)
    return [value.name, digest]
