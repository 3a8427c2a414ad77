from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from evidence.models import CompileJob, CompilePart, Package, PackageFiles
from evidence.vocabulary import JobState, PartKind
from tests.factories.people import PersonFactory
from tests.factories.times import NOW


class PackageFactory(DjangoModelFactory[Package]):
    class Meta:
        model = Package

    quarter = "2026Q2"
    revision = 1
    record_sha256 = "c" * 64
    record_as_of = NOW
    compiled_at = NOW
    compiled_by = SubFactory(PersonFactory)
    file_name = LazyAttribute(lambda p: f"orca-cc8.1-{p.quarter}-r{p.revision}.zip")
    size_bytes = 1
    sha256 = "b" * 64


class PackageFilesFactory(DjangoModelFactory[PackageFiles]):
    class Meta:
        model = PackageFiles

    sha256 = Sequence(lambda n: f"{n:064x}")
    quarter = "2026Q2"
    entries = 1
    says = LazyFunction(lambda: {"quarter": "2026Q2"})
    files = LazyFunction(lambda: {"population.csv": "d" * 64})
    recorded_at = NOW


class CompileJobFactory(DjangoModelFactory[CompileJob]):
    class Meta:
        model = CompileJob

    quarter = "2026Q2"
    state = JobState.QUEUED
    requested_by = SubFactory(PersonFactory)
    requested_at = NOW
    heartbeat_at = NOW


class CompilePartFactory(DjangoModelFactory[CompilePart]):
    class Meta:
        model = CompilePart

    job = SubFactory(CompileJobFactory)
    ordinal = Sequence(lambda n: n)
    kind = LazyFunction(lambda: next(iter(PartKind)))
    heartbeat_at = NOW
    frozen = LazyFunction(dict)
    total = 1
