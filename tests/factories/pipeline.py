from factory.declarations import LazyFunction, SubFactory
from factory.django import DjangoModelFactory

from changes.models import GateResult, PipelineRun, ProductionRelease
from changes.vocabulary import Gate, PipelineStage, RunOutcome
from tests.factories.people import PersonFactory
from tests.factories.request import ChangeRequestFactory
from tests.factories.source import RepositoryFactory
from tests.factories.times import DEPLOYED, TESTED

ALL_TESTS_PASSED = {"total": 200, "passed": 200, "failed": 0, "skipped": 0}
WELL_COVERED = {"lines_valid": 1000, "lines_covered": 900}
NOTHING_FOUND = {"critical": 0, "high": 0, "medium": 1, "low": 2}


class PipelineRunFactory(DjangoModelFactory[PipelineRun]):
    class Meta:
        model = PipelineRun

    repository = SubFactory(RepositoryFactory)
    revision = "a" * 40
    stage = PipelineStage.TEST
    check_name = "unit"
    outcome = RunOutcome.PASSED
    started_at = TESTED
    finished_at = TESTED


class GateResultFactory(DjangoModelFactory[GateResult]):
    class Meta:
        model = GateResult

    repository = SubFactory(RepositoryFactory)
    revision = "a" * 40
    gate = Gate.TESTS
    tool = "pytest"
    numbers = LazyFunction(ALL_TESTS_PASSED.copy)
    produced_at = TESTED
    recorded_at = TESTED


class ProductionReleaseFactory(DjangoModelFactory[ProductionRelease]):
    class Meta:
        model = ProductionRelease

    change = SubFactory(ChangeRequestFactory)
    person = SubFactory(PersonFactory)
    revision = "a" * 40
    released_at = DEPLOYED
