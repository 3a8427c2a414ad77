"""What the API says of the record: one shape for each thing, in the words of the design."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from changes.api.fields import Instant
from changes.models import ChangeRequest
from changes.queries.judgements import Judgement
from changes.states import steps_from
from changes.vocabulary import (
    Category,
    DeploymentOutcome,
    Environment,
    Origin,
    PipelineStage,
    RolloutStageName,
    RunOutcome,
    State,
    Verdict,
    VerificationKind,
    choices,
)

Plain = serializers.CharField


class PersonAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = Plain()


class ChangeAnswer(serializers.Serializer[Any]):
    key = Plain()
    title = Plain()
    category = serializers.ChoiceField(choices(Category))
    origin = serializers.ChoiceField(choices(Origin))
    state = serializers.ChoiceField(choices(State))
    requester = PersonAnswer(allow_null=True)
    systems = serializers.SerializerMethodField()
    drafted_at = Instant()
    submitted_at = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)
    policy_version = Plain(source="policy_version.version", default=None, allow_null=True)
    revision = serializers.SerializerMethodField()
    pull_requests = serializers.SerializerMethodField()

    def get_systems(self, change: ChangeRequest) -> list[str]:
        return [system.slug for system in change.systems.all()]

    def get_revision(self, change: ChangeRequest) -> str:
        """The head of its pull request; empty where it has none."""
        pulls = list(change.pull_requests.all())
        return pulls[-1].head_revision if pulls else ""

    def get_pull_requests(self, change: ChangeRequest) -> list[str]:
        return [str(pull) for pull in change.pull_requests.all()]


class FindingAnswer(serializers.Serializer[Any]):
    rule = Plain()
    verdict = serializers.ChoiceField(choices(Verdict))
    sentence = Plain()


class ApprovalAnswer(serializers.Serializer[Any]):
    person = PersonAnswer()
    role = Plain()
    decision = Plain()
    revision = Plain(allow_blank=True)
    decided_at = Instant()


class DeploymentAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    change = Plain(source="change.key", default=None, allow_null=True)
    repository = Plain(source="repository.name", default=None, allow_null=True)
    environment = serializers.ChoiceField(choices(Environment))
    revision = Plain()
    artifact_digest = Plain(allow_blank=True)
    started_at = Instant()
    finished_at = Instant(allow_null=True)
    outcome = serializers.ChoiceField(choices(DeploymentOutcome))


class WholeChangeAnswer(ChangeAnswer):
    """One change with what the rules say of it."""

    description = Plain(allow_blank=True)
    business_justification = Plain(allow_blank=True)
    risk_assessment = Plain(allow_blank=True)
    rollback_plan = Plain(allow_blank=True)
    testing_evidence = Plain(allow_blank=True)
    request_digest = serializers.SerializerMethodField()
    approvals = ApprovalAnswer(many=True)
    deployments = DeploymentAnswer(many=True)
    findings = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    def get_request_digest(self, change: ChangeRequest) -> str:
        """What an approval is bound to, beside the revision."""
        return self._judgement.facts.request_digest

    @extend_schema_field(FindingAnswer(many=True))
    def get_findings(self, change: ChangeRequest) -> Any:
        return FindingAnswer(self._judgement.findings, many=True).data

    def get_actions(self, change: ChangeRequest) -> list[str]:
        """What its state allows; who may do it is another question."""
        return [step.action.value for step in steps_from(State(change.state))]

    @property
    def _judgement(self) -> Judgement:
        judgement: Judgement = self.context["judgement"]
        return judgement


class StageAnswer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices(RolloutStageName))
    started_at = Instant()
    ended_at = Instant(allow_null=True)
    result = Plain(allow_blank=True)


class SampleAnswer(serializers.Serializer[Any]):
    taken_at = Instant()
    error_rate_percent = serializers.FloatField(allow_null=True)
    latency_p95_ms = serializers.FloatField(allow_null=True)
    is_healthy = serializers.BooleanField(allow_null=True)


class VerificationAnswer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices(VerificationKind))
    has_passed = serializers.BooleanField()
    details = serializers.JSONField()
    recorded_at = Instant()


class RunAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    repository = Plain(source="repository.name")
    revision = Plain()
    stage = serializers.ChoiceField(choices(PipelineStage))
    check = Plain(source="check_name")
    outcome = serializers.ChoiceField(choices(RunOutcome))
    started_at = Instant()
    finished_at = Instant(allow_null=True)
    url = Plain(allow_blank=True)


class EvidenceAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = Plain()
    name = Plain()
    sha256 = Plain()
    size_bytes = serializers.IntegerField()
    effective_at = Instant()
    uploaded_at = Instant()


class GateAnswer(serializers.Serializer[Any]):
    """`reasons` is empty where it is allowed."""

    allowed = serializers.BooleanField()
    revision = Plain(allow_blank=True)
    reasons = FindingAnswer(many=True)
