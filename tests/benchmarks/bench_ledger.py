"""How fast the log grows, seals, proves and is checked, beside hashing the same bytes once.

python -m tests.benchmarks.bench_ledger [--entries 100000] [--appends 1000] [--clients 8]

With DATABASE_URL set to a PostgreSQL, a database of its own is made there and dropped again, and
several clients write at once; without, everything runs on SQLite with one client. The floor reads
no database: it hashes the bytes of the events, which are in memory.
"""

import argparse
import hashlib
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.benchmarks.scratch import scratch_portal

AT_ONCE = 2000


@contextmanager
def database() -> Iterator[str]:
    """A migrated database of its own: on the PostgreSQL that DATABASE_URL names, else SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        with scratch_portal():
            yield "SQLite"
        return
    import psycopg

    name = f"orca_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    try:
        with scratch_portal(f"{url.rsplit('/', 1)[0]}/{name}"):
            yield "PostgreSQL"
            from django.db import connections

            connections.close_all()
    finally:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def append(writer: int, number: int) -> None:
    """Each in a transaction of its own, as a request does it: a row and its event."""
    import django

    django.setup()
    from django.db import transaction

    from changes import clock
    from changes.announcements import Announcement, announce
    from changes.models import Login, Person

    person = Person.objects.order_by("pk")[0]
    for count in range(number):
        with transaction.atomic():
            row = Login.objects.create(person=person, host=f"h{writer}", name=f"n{count}")
            announce(Announcement("login.added", row, clock.now()))


def fill(entries: int) -> None:
    """Records of one kind with an event each, in batches."""
    from django.db import transaction

    from changes import clock
    from changes.announcements import Announcement, announce_all
    from changes.models import Commit, Repository

    at = clock.now()
    with transaction.atomic():
        repository = Repository.objects.create(name="bench")
        announce_all([Announcement("repository.added", repository, at)])
    for start in range(0, entries, AT_ONCE):
        with transaction.atomic():
            rows = Commit.objects.bulk_create(
                Commit(
                    repository=repository,
                    sha=f"{number:040x}",
                    subject=f"Change number {number}",
                    authored_at=at,
                    committed_at=at,
                )
                for number in range(start, min(start + AT_ONCE, entries))
            )
            announce_all(Announcement("commit.recorded", row, at) for row in rows)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def floor(total: int) -> float:
    """SHA-256 over each event's bytes, read beforehand in slices."""
    from evidence.models import Leaf

    taken = 0.0
    for start in range(0, total, AT_ONCE):
        rows = Leaf.objects.filter(index__gte=start, index__lt=start + AT_ONCE)
        held = [bytes(row) for row in rows.values_list("event__canonical", flat=True)]
        taken += seconds(lambda held=held: [hashlib.sha256(row).digest() for row in held])  # type: ignore[misc]
    return taken


def proofs(size: int, number: int = 200) -> tuple[float, float]:
    """Milliseconds of a proof of inclusion and of consistency, the median of many."""
    from evidence.ledger import tree

    chance, inclusion, consistency = Random(1), [], []
    for _ in range(number):
        index = chance.randrange(1, size)
        inclusion.append(seconds(lambda index=index: tree.inclusion_proof(index, size)))  # type: ignore[misc]
        consistency.append(seconds(lambda index=index: tree.consistency_proof(index, size)))  # type: ignore[misc]
    return 1000 * statistics.median(inclusion), 1000 * statistics.median(consistency)


def in_child() -> tuple[float, float]:
    """Seconds and peak megabytes of a check in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(checked).result()


def checked() -> tuple[float, float]:
    import django

    django.setup()
    from evidence.ledger.check import check_ledger

    taken = seconds(lambda: print_differences(check_ledger().differences))
    return taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_differences(differences: list[str]) -> None:
    if differences:
        print("DIFFERENCES", differences[:3])


def measure(vendor: str, entries: int, appends: int, clients: int) -> None:
    from django.db import connections

    from changes.models import Person
    from evidence.ledger.sequence import seal
    from evidence.ledger.tree import size

    Person.objects.create(name="bench")
    seal()
    rows = []
    rows.append(("appends/s, one client", appends / seconds(lambda: append(0, appends))))
    if vendor == "PostgreSQL":
        connections.close_all()
        with ProcessPoolExecutor(clients, mp_context=get_context("spawn")) as pool:
            list(pool.map(append, range(100, 100 + clients), [1] * clients))  # they are awake
            each = appends // clients
            taken = seconds(lambda: list(pool.map(append, range(1, clients + 1), [each] * clients)))
        rows.append((f"appends/s, {clients} clients", each * clients / taken))
    fill(entries)
    waiting = entries
    rows.append(("sealed/s", waiting / seconds(seal)))
    total = size()
    inclusion, consistency = proofs(total)
    rows += [("inclusion proof, ms", inclusion), ("consistency proof, ms", consistency)]
    connections.close_all()
    taken, megabytes = in_child()
    least = floor(total)
    rows += [
        ("verify_ledger, entries/s", total / taken),
        ("verify_ledger, peak MB", megabytes),
        ("SHA-256 of the same bytes, entries/s", total / least),
        ("verify_ledger / SHA-256, times", taken / least),
    ]
    print(f"{vendor}, {total} entries\n\n| what | figure |\n|---|---|")
    for name, figure in rows:
        print(f"| {name} | {figure:,.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--appends", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=8)
    given = parser.parse_args()
    with database() as vendor:
        measure(vendor, given.entries, given.appends, given.clients)


if __name__ == "__main__":
    main()
