from factory.declarations import LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from changes.models import (
    Deployment,
    HealthSample,
    Rollback,
    RollbackCall,
    RollbackStep,
    RolloutHalt,
    RolloutStage,
    TriggerFiring,
    Verification,
)
from changes.vocabulary import (
    DeploymentOutcome,
    Environment,
    RollbackTrigger,
    RolloutStageName,
    StageResult,
    VerificationKind,
)
from tests.factories.people import PersonFactory
from tests.factories.policy import version_1
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import DEPLOYED, ROLLED_OUT, VERIFIED


class DeploymentFactory(DjangoModelFactory[Deployment]):
    """One that succeeded."""

    class Meta:
        model = Deployment

    change = SubFactory(ChangeRequestFactory)
    environment = Environment.PRODUCTION
    revision = "a" * 40
    started_by = SubFactory(PersonFactory)
    started_at = DEPLOYED
    finished_at = ROLLED_OUT
    outcome = DeploymentOutcome.SUCCEEDED
    policy_version = LazyFunction(version_1)


class RolloutStageFactory(DjangoModelFactory[RolloutStage]):
    class Meta:
        model = RolloutStage

    deployment = SubFactory(DeploymentFactory)
    name = RolloutStageName.CANARY
    observer = SelfAttribute("deployment.started_by")
    started_at = DEPLOYED
    ended_at = ROLLED_OUT
    result = StageResult.HEALTHY


class HealthSampleFactory(DjangoModelFactory[HealthSample]):
    class Meta:
        model = HealthSample

    deployment = SubFactory(DeploymentFactory)
    taken_at = DEPLOYED
    is_healthy = True


class RollbackFactory(DjangoModelFactory[Rollback]):
    class Meta:
        model = Rollback

    deployment = SubFactory(DeploymentFactory, outcome=DeploymentOutcome.ROLLED_BACK)
    trigger = RollbackTrigger.MANUAL
    reason = "The pages were sorted backwards."
    started_at = ROLLED_OUT


class RolloutHaltFactory(DjangoModelFactory[RolloutHalt]):
    class Meta:
        model = RolloutHalt

    deployment = SubFactory(DeploymentFactory)
    reason = "The pages look odd."
    halted_at = DEPLOYED


class TriggerFiringFactory(DjangoModelFactory[TriggerFiring]):
    class Meta:
        model = TriggerFiring

    deployment = SubFactory(DeploymentFactory)
    trigger = RollbackTrigger.ERROR_RATE
    span_starts_at = DEPLOYED
    span_ends_at = ROLLED_OUT
    fired_at = ROLLED_OUT
    recorded_at = ROLLED_OUT


class RollbackCallFactory(DjangoModelFactory[RollbackCall]):
    class Meta:
        model = RollbackCall

    rollback = SubFactory(RollbackFactory)
    body = "{}"
    asked_at = ROLLED_OUT
    due_at = ROLLED_OUT


class RollbackStepFactory(DjangoModelFactory[RollbackStep]):
    class Meta:
        model = RollbackStep

    rollback = SubFactory(RollbackFactory)
    ordinal = 1
    title = "Return to the deployment before"
    output = "Done."
    confirmed_by = SubFactory(PersonFactory)
    confirmed_at = ROLLED_OUT


class VerificationFactory(DjangoModelFactory[Verification]):
    class Meta:
        model = Verification

    deployment = SubFactory(DeploymentFactory)
    kind = VerificationKind.SMOKE_TESTS
    has_passed = True
    recorded_at = VERIFIED
