"""Reading bodies: strict JSON, and multipart forms with one file."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser, MultiPartParser

from changes.api.problems import Malformed, TooLarge
from changes.intake.strict_json import NotStrict, read_strictly

FORM_OVERHEAD = 64 * 1024  # of a multipart form around its file


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        maximum = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(maximum + 1)
        if len(body) > maximum:
            raise TooLarge(maximum)
        try:
            value = read_strictly(body)
        except NotStrict as error:
            raise Malformed(error.code, str(error)) from error
        view = (parser_context or {}).get("view")
        may_be_list = getattr(view, "body_may_be_list", False)
        if not isinstance(value, dict) and not (may_be_list and isinstance(value, list)):
            raise Malformed("json_not_an_object", "It is JSON, but not an object in braces.")
        return value


class FormParser(MultiPartParser):
    """A field that is given twice would have two meanings."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        parsed = super().parse(stream, media_type, dict(parser_context or {}))
        for values in (parsed.data, parsed.files):
            twice = next((name for name, given in values.lists() if len(given) > 1), None)
            if twice is not None:
                raise Malformed("field_repeated", f"'{twice[:40]}' is given twice.")
        if both := set(parsed.data) & set(parsed.files):
            raise Malformed("field_repeated", f"'{min(both)[:40]}' is given twice.")
        return parsed
