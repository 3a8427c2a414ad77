"""Runs of the pipeline as it reports them by itself, without webhooks of a git host."""

from django.core.validators import URLValidator
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from changes.api.access import REPORT_RUN
from changes.api.answers import RunAnswer
from changes.api.base import ApiView, Done, person_of
from changes.api.fields import Body, Instant, Word, text
from changes.api.lookup import named_repository
from changes.vocabulary import PipelineStage, RunOutcome
from changes.workflow.run_reports import report_run

OUTCOMES = [word.value for word in RunOutcome if word is not RunOutcome.RUNNING]


class RunBody(Body):
    """A run that has ended. `check` is its name in the policy; `revision` a full commit id."""

    repository = text(200)
    revision = text(64)
    stage = Word([word.value for word in PipelineStage])
    check = text(200)
    outcome = Word(OUTCOMES)
    started_at = Instant()
    finished_at = Instant()
    url = text(500, required=False, allow_blank=True, validators=[URLValidator(["http", "https"])])


class ReportedRunAnswer(RunAnswer):
    """`change` is the key of the change request that the run counts for, null where none is."""

    change = serializers.CharField(allow_null=True)


class PipelineRuns(ApiView):
    access = {"POST": REPORT_RUN}

    @extend_schema(
        operation_id="pipeline_runs_create",
        request=RunBody,
        responses={201: ReportedRunAnswer},
    )
    def post(self, request: Request) -> HttpResponse:
        """One run of one check. The same one again changes nothing; a run that began at another
        time is another run, and the newest of a check counts.
        """

        def act() -> Done:
            given = self.given(RunBody)
            reported = report_run(
                repository=named_repository(given["repository"]),
                revision=given["revision"],
                stage=PipelineStage(given["stage"]),
                check_name=given["check"],
                outcome=RunOutcome(given["outcome"]),
                started_at=given["started_at"],
                finished_at=given["finished_at"],
                reporter=person_of(request),
                url=given.get("url", ""),
            )
            change = reported.change
            return 201, RunAnswer(reported.run).data | {"change": change.key if change else None}

        return self.once(request, act)
