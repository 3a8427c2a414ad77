"""What belongs to one deployment: its stages, health samples and verifications."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from changes import clock
from changes.api.access import READ_ROLLOUT, REPORT
from changes.api.answers import SampleAnswer, StageAnswer, VerificationAnswer
from changes.api.base import ApiView, Done, person_of
from changes.api.documentation import NUMBER_PARAMETER, PAGE_PARAMETERS, SAMPLES, listed
from changes.api.fields import Body, Flag, Instant, Number, Word
from changes.api.lookup import found_deployment
from changes.api.paging import QUERIES, one_page
from changes.api.problems import Unprocessable, renamed
from changes.rules.verification import DIRECTIONS, direction_of
from changes.vocabulary import RolloutStageName, VerificationKind
from changes.workflow.reports import report_stage, report_verification
from changes.workflow.samples import NewSample, record_samples

SAMPLES_AT_ONCE = 1000


class StageBody(Body):
    """`must_follow` asks to be refused where a stage would be skipped, instead of recorded."""

    name = Word([word.value for word in RolloutStageName])
    started_at = Instant(required=False)
    must_follow = Flag(required=False)


class SampleBody(Body):
    """What monitoring saw: percent of requests, milliseconds, a health check."""

    taken_at = Instant()
    error_rate_percent = Number(
        max_digits=None, decimal_places=None, min_value=0, max_value=100, required=False
    )
    latency_p95_ms = Number(
        max_digits=None, decimal_places=None, min_value=0, max_value=10_000_000, required=False
    )
    is_healthy = Flag(required=False)


class VerificationBody(Body):
    """`details` of a KPI: `name`, `baseline`, `value`, `direction` (`higher` or `lower` is better)
    and `tolerance` in percent of the baseline.
    """

    kind = Word([word.value for word in VerificationKind])
    has_passed = Flag()
    recorded_at = Instant(required=False)
    details = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        details = attrs.get("details", {})
        is_told = attrs["kind"] == VerificationKind.KPI and details.get("direction") is not None
        if is_told and not direction_of(details):
            sentence = f"Which way is better: {' or '.join(DIRECTIONS)}."
            raise serializers.ValidationError({"details": {"direction": [sentence]}})
        return attrs


class Stages(ApiView):
    access = {"GET": READ_ROLLOUT, "POST": REPORT}
    queries = QUERIES

    @extend_schema(
        operation_id="stages_list",
        parameters=[NUMBER_PARAMETER, *PAGE_PARAMETERS],
        responses=listed(StageAnswer),
    )
    def get(self, request: Request, number: int) -> Response:
        """The stages, as they were reported."""
        found, pages = one_page(request, found_deployment(request, number).stages.all(), "pk")
        return pages.get_paginated_response(StageAnswer(found, many=True).data)

    @extend_schema(
        operation_id="stages_create",
        parameters=[NUMBER_PARAMETER],
        request=StageBody,
        responses={201: StageAnswer},
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """A stage has begun; the one before it ends."""

        def act() -> Done:
            given = self.given(StageBody)
            with renamed(at="started_at"):
                stage = report_stage(
                    deployment=found_deployment(request, number),
                    stage=RolloutStageName(given["name"]),
                    at=given.get("started_at") or clock.now(),
                    observer=person_of(request),
                    must_follow=given.get("must_follow", False),
                )
            return 201, StageAnswer(stage).data

        return self.once(request, act)


class Samples(ApiView):
    access = {"GET": READ_ROLLOUT, "POST": REPORT}
    queries = QUERIES
    body_may_be_list = True

    @extend_schema(
        operation_id="samples_list",
        parameters=[NUMBER_PARAMETER, *PAGE_PARAMETERS],
        responses=listed(SampleAnswer),
    )
    def get(self, request: Request, number: int) -> Response:
        """The health samples, as they came in."""
        found, pages = one_page(request, found_deployment(request, number).samples.all(), "pk")
        return pages.get_paginated_response(SampleAnswer(found, many=True).data)

    @extend_schema(
        operation_id="samples_create",
        parameters=[NUMBER_PARAMETER],
        request={"application/json": SAMPLES},
        responses={201: SampleAnswer(many=True)},
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """One sample, or a list of up to 1,000: all of them or none. A moment that was sampled
        before keeps its first values.
        """

        def act() -> Done:
            given = _samples(request.data)
            samples = record_samples(
                deployment=found_deployment(request, number),
                samples=[NewSample(**values) for values in given],
            )
            return 201, SampleAnswer(samples, many=True).data

        return self.once(request, act)


class Verifications(ApiView):
    access = {"GET": READ_ROLLOUT, "POST": REPORT}
    queries = QUERIES

    @extend_schema(
        operation_id="verifications_list",
        parameters=[NUMBER_PARAMETER, *PAGE_PARAMETERS],
        responses=listed(VerificationAnswer),
    )
    def get(self, request: Request, number: int) -> Response:
        """The verifications, as they were recorded."""
        rows = found_deployment(request, number).verifications.all()
        found, pages = one_page(request, rows, "pk")
        return pages.get_paginated_response(VerificationAnswer(found, many=True).data)

    @extend_schema(
        operation_id="verifications_create",
        parameters=[NUMBER_PARAMETER],
        request=VerificationBody,
        responses={201: VerificationAnswer},
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """One result after the last stage. A failed one opens a post-mortem."""

        def act() -> Done:
            given = self.given(VerificationBody)
            with renamed(at="recorded_at"):
                verification = report_verification(
                    deployment=found_deployment(request, number),
                    kind=VerificationKind(given["kind"]),
                    has_passed=given["has_passed"],
                    at=given.get("recorded_at") or clock.now(),
                    details=given.get("details"),
                    recorded_by=person_of(request),
                )
            return 201, VerificationAnswer(verification).data

        return self.once(request, act)


def _samples(data: Any) -> list[dict[str, Any]]:
    """A sample, a list of them, or an object with such a list."""
    is_bulk = isinstance(data, list) or set(data) == {"samples"}
    rows = data if isinstance(data, list) else data["samples"] if is_bulk else [data]
    if not isinstance(rows, list) or not 1 <= len(rows) <= SAMPLES_AT_ONCE:
        raise Unprocessable({"samples": f"Send 1 to {SAMPLES_AT_ONCE:,} samples at once."})
    if is_bulk:
        bulk: Any = serializers.ListSerializer(data=rows, child=SampleBody())
        bulk.is_valid(raise_exception=True)
        return list(bulk.validated_data)
    one = SampleBody(data=data)
    one.is_valid(raise_exception=True)
    return [one.validated_data]
