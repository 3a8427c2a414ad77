"""How the OpenAPI description is made: what all addresses share is said once."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from changes.api.problems import MEDIA_TYPE
from changes.workflow.replies import HEADER, KEY_MAXIMUM

KEY_PATTERN = "^[Cc][Hh][Gg]-[0-9]{6,12}$"
NUMBER_PARAMETER = OpenApiParameter(
    "number", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH, description="Its `id`."
)
SAMPLE = {
    "type": "object",
    "description": "What monitoring saw: percent of requests, milliseconds, a health check.",
    "properties": {
        "taken_at": {"type": "string", "format": "date-time"},
        "error_rate_percent": {"type": "number", "minimum": 0, "maximum": 100},
        "latency_p95_ms": {"type": "number", "minimum": 0, "maximum": 10_000_000},
        "is_healthy": {"type": "boolean"},
    },
    "required": ["taken_at"],
    "minProperties": 2,
    "additionalProperties": False,
}
SAMPLE_LIST = {"type": "array", "items": SAMPLE, "minItems": 1, "maxItems": 1000}
SAMPLES = {
    "oneOf": [
        SAMPLE,
        SAMPLE_LIST,
        {
            "type": "object",
            "properties": {"samples": SAMPLE_LIST},
            "required": ["samples"],
            "additionalProperties": False,
        },
    ]
}
PAGE_PARAMETERS = [
    OpenApiParameter("cursor", description="From 'next' or 'previous' of another page."),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 200}),
]
PROBLEMS = {
    400: "It cannot be read: its form is wrong.",
    401: "Without a token or a session.",
    403: "Scope, role or rule forbid it.",
    404: "There is no such thing, or not for this caller.",
    405: "The address has no such method.",
    429: "Too many requests: wait as long as Retry-After says.",
}
PROBLEMS_OF_POST = {
    409: "The state or the rules do not allow it now, or the same request is under way.",
    413: "The body is too large.",
    415: "The body is of another type than this address reads.",
    422: "A value is wrong: 'errors' names each field.",
}
IDEMPOTENCY = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAXIMUM, "pattern": "^[!-~]+$"},
    "description": "Sent again with the same body, the answer is the same; it is done once.",
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable, `detail` is a sentence for people.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "sentence": {"type": "string"}},
                "required": ["field", "sentence"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code", "errors"],
}


def key_parameter() -> OpenApiParameter:
    schema = {"type": "string", "pattern": KEY_PATTERN, "example": "CHG-000042"}
    return OpenApiParameter("key", schema, OpenApiParameter.PATH)


def listed(answer: type[serializers.Serializer[Any]]) -> Any:
    """A page of such answers."""
    return inline_serializer(
        f"Page{answer.__name__}",
        {
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": answer(many=True),
        },
    )


class ApiSchema(AutoSchema):
    def get_tags(self) -> list[str]:
        parts = self.path.removeprefix("/api/v1/").split("/")
        return [parts[0] or "portal"]


def by_words(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """For drf-spectacular: choices of the same words are the same type, whatever their labels."""
    pending: list[Any] = [result]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            node.pop("x-spec-enum-id", None)
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return result


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """For drf-spectacular: adds the problems to all, and to a POST its idempotency key."""
    schemas = result["components"].setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for method, operation in operations.items():
            is_post = method == "post"
            for status, says in (PROBLEMS | (PROBLEMS_OF_POST if is_post else {})).items():
                content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                operation["responses"][str(status)] = {"description": says, "content": content}
            if is_post:
                operation.setdefault("parameters", []).append(IDEMPOTENCY)
    return result
