"""Deployments as their system reports them: recorded as it happened, whatever the rules say."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from changes import clock
from changes.api.access import READ_ROLLOUT, REPORT
from changes.api.answers import DeploymentAnswer
from changes.api.base import ApiView, Done, person_of
from changes.api.documentation import KEY_PATTERN, NUMBER_PARAMETER, PAGE_PARAMETERS, listed
from changes.api.fields import Body, Instant, Word, text
from changes.api.lookup import found_deployment, named_repository, seen_by
from changes.api.paging import QUERIES, one_page
from changes.api.problems import Malformed, Unprocessable, renamed
from changes.keys import parse_key
from changes.models import ChangeRequest, Deployment, Person, Repository
from changes.vocabulary import DeploymentOutcome, Environment
from changes.workflow.reports import report_deployment, report_deployment_finished

OUTCOMES = [word.value for word in DeploymentOutcome if word is not DeploymentOutcome.RUNNING]
PREFIX_MAXIMUM = 80


class DeploymentBody(Body):
    """Without a change it is recorded as an exception. `external_id` is the system's own name
    for it: reported again under the same one, it is the same deployment.
    """

    revision = text(64)
    change = serializers.RegexField(
        KEY_PATTERN, required=False, error_messages={"invalid": "Expected a key: CHG-000042."}
    )
    repository = text(200, required=False)
    environment = Word([word.value for word in Environment], required=False)
    started_at = Instant(required=False)
    started_by = text(150, required=False, help_text="The user name of a person.")
    artifact_digest = text(100, required=False, allow_blank=True)
    external_id = text(100, required=False, allow_blank=True)


class FinishBody(Body):
    outcome = Word(OUTCOMES)
    finished_at = Instant(required=False)
    reason = text(10_000, required=False, allow_blank=True)


class DeploymentList(ApiView):
    access = {"GET": READ_ROLLOUT, "POST": REPORT}
    queries = QUERIES | {"change"}

    @extend_schema(
        operation_id="deployments_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("change", {"type": "string", "pattern": KEY_PATTERN}),
        ],
        responses=listed(DeploymentAnswer),
    )
    def get(self, request: Request) -> Response:
        """Deployments, the newest first."""
        seen = Deployment.objects.filter(change__in=seen_by(request))
        rows = seen | Deployment.objects.filter(change__isnull=True)
        key = request.query_params.get("change")
        if key is not None:
            rows = rows.filter(change__number=_number(key))
        rows = rows.select_related("change", "repository")
        found, pages = one_page(request, rows, "-pk")
        return pages.get_paginated_response(DeploymentAnswer(found, many=True).data)

    @extend_schema(
        operation_id="deployments_create",
        request=DeploymentBody,
        responses={201: DeploymentAnswer},
    )
    def post(self, request: Request) -> HttpResponse:
        """A deployment that has begun. It is recorded also where the gate said no."""

        def act() -> Done:
            given = self.given(DeploymentBody)
            change = _change(request, given.get("change"))
            external_id = given.get("external_id", "")
            with renamed(at="started_at"):
                deployment = report_deployment(
                    revision=given["revision"],
                    at=given.get("started_at") or clock.now(),
                    request=change,
                    repository=_repository(given.get("repository"), change),
                    environment=Environment(given.get("environment", Environment.PRODUCTION)),
                    started_by=_person(given.get("started_by")) or person_of(request),
                    artifact_digest=given.get("artifact_digest", ""),
                    external_id=_named(person_of(request), external_id) if external_id else "",
                )
            return 201, DeploymentAnswer(deployment).data

        return self.once(request, act)


class OneDeployment(ApiView):
    access = {"GET": READ_ROLLOUT}

    @extend_schema(
        operation_id="deployments_retrieve",
        parameters=[NUMBER_PARAMETER],
        responses=DeploymentAnswer,
    )
    def get(self, request: Request, number: int) -> Response:
        return Response(DeploymentAnswer(found_deployment(request, number)).data)


class Finish(ApiView):
    access = {"POST": REPORT}

    @extend_schema(
        operation_id="deployments_finish",
        parameters=[NUMBER_PARAMETER],
        request=FinishBody,
        responses=DeploymentAnswer,
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """The rollout succeeded, failed, or was rolled back, which opens a post-mortem."""

        def act() -> Done:
            given = self.given(FinishBody)
            with renamed(at="finished_at"):
                deployment = report_deployment_finished(
                    deployment=found_deployment(request, number),
                    at=given.get("finished_at") or clock.now(),
                    outcome=DeploymentOutcome(given["outcome"]),
                    reason=given.get("reason", ""),
                )
            return 200, DeploymentAnswer(deployment).data

        return self.once(request, act)


def _number(key: str) -> int:
    number = parse_key(key)
    if number is None:
        raise Malformed("change", f"'{key[:40]}' is no key of a change, such as CHG-000042.")
    return number if number < 2**31 else 0


def _change(request: Request, key: str | None) -> ChangeRequest | None:
    if key is None:
        return None
    change = seen_by(request).filter(number=_number(key)).first()
    if change is None:
        raise Unprocessable({"change": f"There is no change {key.upper()}."})
    return change


def _repository(name: str | None, change: ChangeRequest | None) -> Repository | None:
    """As named, else that of the change's pull request."""
    if name is None:
        pulls = change.pull_requests.select_related("repository").order_by("pk") if change else None
        pull = pulls.last() if pulls is not None else None
        return pull.repository if pull else None
    return named_repository(name)


def _person(username: str | None) -> Person | None:
    if username is None:
        return None
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise Unprocessable({"started_by": f"Nobody signs in as '{username[:80]}'."})
    return person


def _named(sender: Person, external_id: str) -> str:
    """Two senders may use the same names."""
    return f"{sender.pk}-{sender.name[:PREFIX_MAXIMUM]}:{external_id}"
