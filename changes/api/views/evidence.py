"""Files that tools wrote, kept with a change."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from changes import clock
from changes.api.access import ATTACH, READ_EVIDENCE
from changes.api.answers import EvidenceAnswer
from changes.api.base import ApiView, Done, person_of
from changes.api.documentation import PAGE_PARAMETERS, key_parameter, listed
from changes.api.fields import Body, Instant, Word, text
from changes.api.lookup import found_change
from changes.api.paging import QUERIES, one_page
from changes.api.parsing import FORM_OVERHEAD, FormParser
from changes.intake.evidence import KINDS
from changes.workflow.evidence_files import Attached, attach_evidence


class EvidenceBody(Body):
    """`revision` is the head of the pull request unless told; `effective_at` is now."""

    kind = Word(list(KINDS))
    file = serializers.FileField(allow_empty_file=True, max_length=1000)
    revision = text(64, required=False, allow_blank=True)
    effective_at = Instant(required=False)


class AttachedAnswer(EvidenceAnswer):
    """`numbers` is what the portal read; `is_new` is false where it had the file already."""

    tool = serializers.CharField(allow_blank=True)
    numbers = serializers.JSONField()
    revision = serializers.CharField(allow_null=True)
    is_new = serializers.BooleanField()


class Evidence(ApiView):
    access = {"GET": READ_EVIDENCE, "POST": ATTACH}
    queries = QUERIES
    parser_classes: Any = (FormParser,)
    body_maximum = settings.EVIDENCE_MAXIMUM + FORM_OVERHEAD

    @extend_schema(
        operation_id="evidence_list",
        parameters=[key_parameter(), *PAGE_PARAMETERS],
        responses=listed(EvidenceAnswer),
    )
    def get(self, request: Request, key: str) -> Response:
        """The evidence files of the change, the newest first."""
        items = found_change(request, key).evidence_items.all()
        found, pages = one_page(request, items, "-pk")
        return pages.get_paginated_response(EvidenceAnswer(found, many=True).data)

    @extend_schema(
        operation_id="evidence_create",
        parameters=[key_parameter()],
        request={"multipart/form-data": EvidenceBody},
        responses={201: AttachedAnswer},
    )
    def post(self, request: Request, key: str) -> HttpResponse:
        """Reads a file of this kind and keeps it. The same file again changes nothing."""

        def act() -> Done:
            given = self.given(EvidenceBody)
            attached = attach_evidence(
                request=found_change(request, key),
                kind=given["kind"],
                content=given["file"].file,
                name=given["file"].name,
                at=clock.now(),
                actor=person_of(request),
                revision=given.get("revision", ""),
                effective_at=given.get("effective_at"),
            )
            return 201, _said(attached)

        return self.once(request, act)


def _said(attached: Attached) -> dict[str, Any]:
    result = attached.gate_result
    return {
        **EvidenceAnswer(attached.item).data,
        "tool": attached.facts.tool or "",
        "numbers": dict(attached.facts.numbers),
        "revision": result.revision if result else None,
        "is_new": attached.is_new,
    }
