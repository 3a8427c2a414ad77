"""All rules of one change, without a database: processor milliseconds, the best and the middle.

python -m tests.benchmarks.bench_rules [--commits 50] [--results 20] [--samples 2000] [--runs 50]
"""

import argparse
import hashlib
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import django

from changes.rules import approved_at, judge
from changes.rules.facts import ChangeFacts, CommitFacts, GateResultFacts, SampleFacts
from changes.rules.triggers import readings
from tests.factories import times

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orca_portal.settings")
django.setup()

from tests.factories.facts import (  # noqa: E402 - it knows the models, for their constants
    HEAD,
    POLICY,
    all_gates,
    change_facts,
    commit,
    deployment,
    lead_approval,
    peer_approval,
    review,
    sample,
)


def sha(number: int) -> str:
    return hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()


def line_of(commits: int) -> tuple[CommitFacts, ...]:
    """One after the other, the last of them the head."""
    shas = [*(sha(number) for number in range(commits - 1)), HEAD]
    return tuple(
        commit(
            sha=own,
            parents=(shas[number - 1] if number else "base",),
            patch_id=f"p{number}",
            committed_at=times.DRAFTED - timedelta(minutes=commits - number),
            paths=tuple(f"src/part_{number}_{file}.py" for file in range(8)),
        )
        for number, own in enumerate(shas)
    )


def results_of(count: int) -> tuple[GateResultFacts, ...]:
    """The gates again and again, each time a minute later."""
    gates = all_gates()
    again = range(-(-count // len(gates)))
    minute = timedelta(minutes=1)
    rows = [replace(g, produced_at=g.produced_at - n * minute) for n in again for g in gates]
    return tuple(rows[:count])


def samples_of(count: int) -> tuple[SampleFacts, ...]:
    """Spread over the hour of the rollout; every seventh is above a limit, and none sustained."""
    return tuple(
        sample(
            60 * number / count,
            error_rate_percent=Decimal(2) if number % 7 == 0 else Decimal("0.2"),
            latency_p95_ms=Decimal(900) if number % 7 == 1 else Decimal(250),
            is_healthy=number % 7 != 2,
        )
        for number in range(count)
    )


def big_change(commits: int, results: int, samples: int) -> ChangeFacts:
    return change_facts(
        commits=line_of(commits),
        gate_results=results_of(results),
        approvals=(lead_approval(), peer_approval(revision=sha(3)), peer_approval()),
        reviews=tuple(review(revision=sha(n)) for n in range(0, commits, 10)),
        deployments=(deployment(samples=samples_of(samples)),),
    )


def milliseconds(work: Callable[[ChangeFacts], object], facts: ChangeFacts, runs: int) -> str:
    """Fresh facts each time, so that nothing is remembered from the run before."""
    spent = []
    for _ in range(runs):
        fresh = replace(facts)
        begun = time.process_time()
        work(fresh)
        spent.append((time.process_time() - begun) * 1000)
    return f"{min(spent):.1f} | {statistics.median(spent):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("commits", 50), ("results", 20), ("samples", 2000), ("runs", 50)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    facts = big_change(asked.commits, asked.results, asked.samples)
    size = f"{asked.commits} commits, {asked.results} results, {asked.samples} samples"
    rows: dict[str, Callable[[ChangeFacts], object]] = {
        "every rule": lambda f: judge(f, POLICY),
        "when it was approved": lambda f: approved_at(f, POLICY),
        "triggers of its samples alone": lambda f: readings(f.deployments[0].samples, POLICY),
    }
    print(f"| {size} | best ms | median ms |\n|---|---|---|")
    for name, work in rows.items():
        print(f"| {name} | {milliseconds(work, facts, asked.runs)} |")


if __name__ == "__main__":
    main()
