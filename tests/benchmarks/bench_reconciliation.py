"""How long the reconciliation of a quarter takes, and how much memory, as it grows.

python tests/benchmarks/bench_reconciliation.py [--commits 25000 50000 100000]

A fifth as many deployments as commits, each carrying the five commits before it; one commit of
ten is nobody's, one deployment of ten names no request. Each size runs in a process of its own,
so that its peak memory is its own; reading the plain rows of the same tables is the floor.
"""

import argparse
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.benchmarks.scratch import scratch_portal

if TYPE_CHECKING:
    from changes.models import Repository

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 7, 1, tzinfo=UTC)
STEP = timedelta(seconds=60)
EACH = 5
BATCH = 2000


def fill(commits: int) -> None:
    from django.db import transaction

    from changes.models import Repository

    repository = Repository.objects.create(name="bench", reports_deployments=True)
    with transaction.atomic():
        for first in range(0, commits, BATCH):
            _fill(repository, range(first, min(first + BATCH, commits)))


def _fill(repository: "Repository", numbers: range) -> None:
    from changes.models import ChangeRequest, Commit, Deployment, PolicyVersion, PullRequest
    from changes.vocabulary import State

    policy = PolicyVersion.objects.get()
    heads = [n for n in numbers if n % EACH == 0]
    changes = ChangeRequest.objects.bulk_create(
        ChangeRequest(
            number=n // EACH + 1,
            title="Sort the pages by title",
            state=State.DEPLOYED,
            drafted_at=START,
            submitted_at=_at(n),
            counted_at=_at(n + EACH),
            policy_version=policy,
        )
        for n in heads
    )
    pulls = PullRequest.objects.bulk_create(
        PullRequest(repository=repository, number=change.number, change=change)
        for change in changes
    )
    Commit.objects.bulk_create(
        Commit(
            repository=repository,
            sha=_sha(n),
            parents=[_sha(n - 1)],
            authored_at=_at(n),
            committed_at=_at(n),
            subject="feat(pages): sort them by title",
            on_production_branch=True,
            pull_request=pulls[(n - numbers[0]) // EACH] if n % 10 else None,
        )
        for n in numbers
    )
    Deployment.objects.bulk_create(
        Deployment(
            repository=repository,
            change=change if change.number % 10 else None,
            revision=_sha(n + EACH - 1),
            started_at=_at(n + EACH),
            policy_version=policy,
        )
        for n, change in zip(heads, changes, strict=True)
    )


def _sha(number: int) -> str:
    return f"{number + 1:040x}"


def _at(number: int) -> datetime:
    return START + number * STEP


def floor() -> None:
    from changes.models import Commit, Deployment

    for model, columns in ((Commit, ("sha", "committed_at")), (Deployment, ("revision",))):
        for _ in model.objects.values_list(*columns).iterator(chunk_size=BATCH):
            pass


def reconcile() -> str:
    from changes.quarters import parse_quarter
    from evidence.queries.reconciliation import reconciled
    from evidence.reconciliation.totals import Totals

    totals = Totals()
    for _ in totals.counted(reconciled(parse_quarter("2026Q3"))):
        pass
    counts = totals.as_json()
    return ", ".join(f"{counts[name]['total']:,} {name}" for name in counts)


def one(commits: int) -> None:
    with scratch_portal():
        fill(commits)
        before = _peak()
        started = time.process_time()
        floor()
        least = time.process_time() - started
        wall, started = time.perf_counter(), time.process_time()
        what = reconcile()
        wall, processor = time.perf_counter() - wall, time.process_time() - started
        print(
            f"| {what} | {wall:.1f} | {processor:.1f} | {1e6 * processor / commits:.0f}"
            f" | {processor / least:.1f} | {_peak() - before} |"
        )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, nargs="+", default=[25_000, 50_000, 100_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one)
        return
    print("| reconciled | seconds | CPU seconds | CPU µs a commit | CPU / floor | MB more |")
    print("|---|---|---|---|---|---|", flush=True)
    for commits in given.commits:
        command = [sys.executable, __file__, "--one", str(commits)]
        subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
