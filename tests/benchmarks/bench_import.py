"""How fast a history comes in, beside the least that any import must do, in the same run.

python tests/benchmarks/bench_import.py [--commits 10000]

The floor reads the same lines as JSON and writes one bare row for each commit, in batches of
the same size: no attribution, people, pull requests, changes or events. Nine commits of ten
name a pull request of their own, so an import writes some five rows where the floor writes one.
"""

import argparse
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.benchmarks.scratch import scratch_portal


def lines(commits: int) -> bytes:
    """A made-up history in the form of a real one."""
    rows = [
        {
            "sha": f"{number + 1:040x}",
            "parents": [f"{number:040x}"],
            "author": f"dev-{number % 40:02}",
            "committer": "github-web-flow",
            "authored_at": "2025-07-01T13:36:54+02:00",
            "committed_at": "2025-07-01T13:39:54+02:00",
            "subject": "feat(dashboard): add a pivot table widget"
            + (f" (#{number})" if number % 10 else ""),
            "pr_number": number if number % 10 else None,
            "files_changed": 19,
            "lines_added": 3745,
            "lines_removed": 166,
            "touches": {"readme": False, "tests": True},
        }
        for number in range(commits)
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def floor(data: bytes) -> None:
    from django.db import transaction

    from changes import clock
    from changes.models import Commit, Repository
    from changes.workflow.imports import BATCH_SIZE

    repository, at = Repository.objects.create(name="floor"), clock.now()
    shas = [json.loads(line)["sha"] for line in data.splitlines()]
    for start in range(0, len(shas), BATCH_SIZE):
        with transaction.atomic():
            Commit.objects.bulk_create(
                Commit(repository=repository, sha=sha, authored_at=at, committed_at=at)
                for sha in shas[start : start + BATCH_SIZE]
            )


def import_all(data: bytes) -> None:
    from changes import clock
    from changes.intake.history import read_history
    from changes.workflow.imports import import_history

    now = clock.now()
    import_history(
        history=read_history(io.BytesIO(data), source="bench", now=now),
        repository="bench",
        branch=None,
        host="import:bench",
        at=now,
        progress=lambda *_: None,
    )


def measure(act: Callable[[bytes], None], data: bytes) -> tuple[float, float]:
    """Seconds on the wall and of the processor; only the latter is fair beside other work."""
    wall, processor = time.perf_counter(), time.process_time()
    act(data)
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=10_000)
    commits = parser.parse_args().commits
    data = lines(commits)
    with scratch_portal():
        print("| what | commits | seconds | commits/s | CPU seconds | CPU / floor |")
        print("|---|---|---|---|---|---|")
        least = 0.0
        for name, act in (("floor", floor), ("import", import_all), ("once more", import_all)):
            wall, processor = measure(act, data)
            least = least or processor
            print(
                f"| {name} | {commits} | {wall:.2f} | {commits / wall:,.0f}"
                f" | {processor:.2f} | {processor / least:.1f} |"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\nPeak memory: {peak} MB")


if __name__ == "__main__":
    main()
