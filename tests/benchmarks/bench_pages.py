"""How pages answer as the record grows: server time and queries, beside the same page when small.

python -m tests.benchmarks.bench_pages [--changes 1000 10000] [--requests 20]
"""

import argparse
import statistics
import time

from tests.benchmarks.scratch import scratch_portal

PAGES = {
    "home": "/",
    "changes": "/changes/",
    "changes, last page": "/changes/?page=last",
    "changes, filtered": "/changes/?quarter=2026Q3&category=normal&state=closed",
    "changes, searched": "/changes/?q=number+77",
    "one change": "/changes/CHG-000001/",
    "packages": "/packages/",
    "policy": "/policy/",
}


Measured = dict[str, tuple[float, float, int]]


def measure(repeats: int) -> Measured:
    """For each page: median and 95th percentile in ms, and the number of queries."""
    from django.contrib.auth.models import Group
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from changes.models import Person

    person, _ = Person.objects.get_or_create(username="bench", defaults={"name": "Bench"})
    person.groups.set(Group.objects.all())
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    measured: Measured = {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200, address
            asked = len(queries)
        times = sorted(_milliseconds(client, address) for _ in range(repeats))
        p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
        measured[name] = (statistics.median(times), p95, asked)
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--requests", type=int, default=20)
    options = parser.parse_args()
    with scratch_portal():
        from tests.benchmarks.records import fill

        there, results = 0, []
        for count in options.changes:
            fill(count - there)
            there = count
            results.append(measure(options.requests))
    _print(options.changes, results)


def _milliseconds(client: object, address: str) -> float:
    began = time.perf_counter()
    client.get(address)  # type: ignore[attr-defined]
    return 1000 * (time.perf_counter() - began)


def _print(counts: list[int], results: list[Measured]) -> None:
    print("| page | changes | queries | median ms | p95 ms | p95 / first |")
    print("|---|---|---|---|---|---|")
    for name in PAGES:
        first = results[0][name][1]
        for count, measured in zip(counts, results, strict=True):
            median, p95, queries = measured[name]
            ratio = p95 / first
            print(f"| {name} | {count} | {queries} | {median:.1f} | {p95:.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
