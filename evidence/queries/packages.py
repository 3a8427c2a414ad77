"""How far a job has come, and what the pages about packages show."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, Sum

from evidence.models import CompileJob, Package
from evidence.vocabulary import JobState, Phase

STEPS = {
    Phase.FREEZE: "Reading the record",
    Phase.SHEETS: "Rendering dossiers and tables",
    Phase.PUBLISH: "Putting the package together",
}
JOBS_SHOWN = 5


@dataclass(frozen=True)
class Progress:
    step: str
    done: int
    total: int


def progress_of(job: CompileJob) -> Progress:
    if job.state == JobState.QUEUED:
        return Progress("Waiting for a worker", 0, 0)
    parts = job.parts.aggregate(done=Sum("done"), total=Sum("total"))
    return Progress(STEPS[Phase(job.phase)], parts["done"] or 0, parts["total"] or 0)


def packages_by_quarter() -> list[tuple[str, list[Package]]]:
    """The newest quarter first, and in it the newest revision."""
    packages = Package.objects.select_related("compiled_by").order_by("-quarter", "-revision")
    return [(quarter, list(found)) for quarter, found in groupby(packages, lambda p: p.quarter)]


def jobs_to_show() -> list[tuple[CompileJob, Progress | None]]:
    """What is under way, and the quarters whose last job failed."""
    jobs = CompileJob.objects.select_related("requested_by").order_by("-requested_at", "-pk")
    under_way = jobs.exclude(Q(state=JobState.DONE) | Q(state=JobState.FAILED))
    failed = [job for job in jobs.filter(state=JobState.FAILED)[:JOBS_SHOWN] if _is_last(job)]
    return [(job, progress_of(job)) for job in under_way] + [(job, None) for job in failed]


def _is_last(job: CompileJob) -> bool:
    return not CompileJob.objects.filter(quarter=job.quarter, pk__gt=job.pk).exists()


def found_package(quarter: str, revision: int) -> Package | None:
    return (
        Package.objects.select_related("compiled_by")
        .filter(quarter=quarter, revision=revision)
        .first()
    )


def package_before(package: Package) -> Package | None:
    earlier = Package.objects.filter(quarter=package.quarter, revision__lt=package.revision)
    return earlier.order_by("-revision").first()
