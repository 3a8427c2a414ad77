"""Change requests: the list, one of them, a new draft."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from changes import clock
from changes.api.access import READ, WRITE
from changes.api.answers import ChangeAnswer, WholeChangeAnswer
from changes.api.base import ApiView, Done, person_of
from changes.api.documentation import PAGE_PARAMETERS, key_parameter, listed
from changes.api.forms_as_json import draft_of, request_body
from changes.api.lookup import found_whole_change, seen_by
from changes.api.paging import QUERIES, one_page
from changes.api.problems import Malformed
from changes.forms.request import ChangeForm
from changes.models import ChangeRequest
from changes.queries.judgements import judgements_of
from changes.vocabulary import Category, State

DRAFT = request_body(ChangeForm, "Draft")


class ChangeList(ApiView):
    access = {"GET": READ, "POST": WRITE}
    queries = QUERIES | {"state", "category", "revision"}

    @extend_schema(
        operation_id="changes_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("state", enum=[state.value for state in State]),
            OpenApiParameter("category", enum=[category.value for category in Category]),
            OpenApiParameter("revision", description="A commit of its pull request."),
        ],
        responses=listed(ChangeAnswer),
    )
    def get(self, request: Request) -> Response:
        """Change requests, the newest first."""
        found, pages = one_page(request, _asked(request, seen_by(request)), "-number")
        return pages.get_paginated_response(ChangeAnswer(found, many=True).data)

    @extend_schema(operation_id="changes_create", request=DRAFT, responses={201: ChangeAnswer})
    def post(self, request: Request) -> HttpResponse:
        """A new draft, of the person whom the token acts for or who is signed in."""

        def act() -> Done:
            values = self.given(DRAFT)
            change = draft_of(None, values, person_of(request), clock.now())
            return 201, ChangeAnswer(change).data

        return self.once(request, act)


class OneChange(ApiView):
    access = {"GET": READ}

    @extend_schema(
        operation_id="changes_retrieve",
        parameters=[key_parameter()],
        responses=WholeChangeAnswer,
    )
    def get(self, request: Request, key: str) -> Response:
        """One change with its findings: every rule with its verdict and a sentence."""
        return Response(whole(found_whole_change(request, key)))


def whole(change: ChangeRequest) -> Any:
    judgement = judgements_of([change], clock.now())[0]
    return WholeChangeAnswer(change, context={"judgement": judgement}).data


def _asked(request: Request, changes: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
    wanted = Q()
    for name, words in (("state", State), ("category", Category)):
        text = request.query_params.get(name)
        if text is None:
            continue
        if text not in {word.value for word in words}:
            known = ", ".join(words)
            raise Malformed(name, f"'{text[:40]}' is no {name}. Known are {known}.")
        wanted &= Q(**{name: text})
    if revision := request.query_params.get("revision"):
        of_commit = Q(pull_requests__commits__sha=revision.lower())
        wanted &= of_commit | Q(pull_requests__head_revision=revision.lower())
    rows = changes.filter(wanted).distinct() if revision else changes.filter(wanted)
    return rows.select_related("requester", "policy_version").prefetch_related(
        "systems", "pull_requests__repository"
    )
