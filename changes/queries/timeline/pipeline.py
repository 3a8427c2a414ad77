"""What the pipeline ran and what its tools reported."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db.models import Q

from changes.models import ChangeRequest, GateResult, PipelineRun, PullRequest
from changes.queries.record import revisions_of
from changes.queries.timeline.moment import Moment
from changes.rules.gates import truncated_percent
from changes.vocabulary import Gate, label


def pipeline_moments(change: ChangeRequest, pulls: Iterable[PullRequest]) -> Iterator[Moment]:
    """One moment for the results of a revision, one for its runs."""
    repositories = [pull.repository_id for pull in pulls]
    mine = Q(revision__in=revisions_of(change), repository__in=repositories)
    results = GateResult.objects.filter(mine).order_by("revision", "produced_at", "pk")
    for revision, group in groupby(results, lambda result: result.revision):
        same = list(group)
        lines = tuple(f"{result.tool}: {gate_sentence(result)}" for result in same)
        yield Moment(same[-1].produced_at, "gate_results", "Gate results", None, revision, lines)
    runs = PipelineRun.objects.filter(mine).order_by("revision", "started_at", "pk")
    for revision, group_of_runs in groupby(runs, lambda run: run.revision):
        ran = list(group_of_runs)
        groups = groupby(ran, lambda run: (run.stage, run.outcome))
        lines = tuple(
            f"{label(stage)}: {', '.join(run.check_name for run in same)} {label(outcome)}"
            for (stage, outcome), same in groups
        )
        yield Moment(ran[0].started_at, "runs", "Pipeline runs", None, revision, lines)


def gate_sentence(result: GateResult) -> str:
    """The numbers of a result in words."""
    numbers = result.numbers
    if result.gate == Gate.TESTS:
        sentence = f"{numbers.get('passed', 0)} of {numbers.get('total', 0)} tests passed"
        extra = [f"{numbers[n]} {n}" for n in ("failed", "skipped") if numbers.get(n)]
        return ", ".join([sentence, *extra])
    if result.gate == Gate.COVERAGE:
        covered, valid = numbers.get("lines_covered", 0), numbers.get("lines_valid", 0)
        shown = truncated_percent(covered, valid) if valid else "0"
        return f"{shown} % of {valid} lines covered"
    shown = ", ".join(f"{n} {label(name)}" for name, n in numbers.items() if n)
    return shown or "no findings"
