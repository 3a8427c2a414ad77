"""How far a job has come, and what the pages about packages show."""

from dataclasses import dataclass

from django.db.models import Sum

from evidence.models import CompileJob
from evidence.vocabulary import JobState, Phase

STEPS = {
    Phase.FREEZE: "Reading the record",
    Phase.SHEETS: "Rendering dossiers and tables",
    Phase.PUBLISH: "Putting the package together",
}


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
