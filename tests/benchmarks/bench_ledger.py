"""How fast the log grows, seals, proves and is checked, beside hashing the same bytes once.

python -m tests.benchmarks.bench_ledger [--entries 1000000] [--appends 1000] [--clients 8 16]

With DATABASE_URL set to a PostgreSQL, a database of its own is made there and dropped again, and
several clients write at once; without, everything runs on SQLite with one client.

The floor reads no database. It hashes, once each and in memory, the bytes that a check cannot do
without: of every entry, of every node of the tree, of every live record, and of every text that
an entry commits to.
"""

import argparse
import hashlib
import json
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
from tests.benchmarks.long_log import build
from tests.benchmarks.scratch import scratch_portal

AT_ONCE = 2000
WORK = 0.02


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


def append(writer: int, number: int, work: float = 0, *, has_events: bool = True) -> None:
    """Each in a transaction of its own, as a request does it: `work` seconds, a row, its event."""
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
            if has_events:
                announce(Announcement("login.added", row, clock.now()))
            time.sleep(work)


def plain_insert(writer: int, number: int, work: float = 0) -> None:
    append(writer, number, work, has_events=False)


def rate(clients: int, number: int, job: Callable[..., None], first: int, work: float) -> float:
    """Transactions a second of all clients together."""
    each = number // clients
    with ProcessPoolExecutor(clients, mp_context=get_context("spawn")) as pool:
        awake = range(first, first + clients)
        list(pool.map(job, awake, [1] * clients))
        writers = range(first + clients, first + 2 * clients)
        taken = seconds(lambda: list(pool.map(job, writers, [each] * clients, [work] * clients)))
    return each * clients / taken


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def floor(total: int) -> tuple[float, float]:
    """SHA-256 over what a check hashes; a tenth of it, which stands for the rest."""
    taken, processor, measured = 0.0, 0.0, 0
    for start in range(0, total, 10 * AT_ONCE):
        held = same_bytes(start)
        measured += len(held) // 4
        began = time.process_time()
        taken += seconds(lambda held=held: [hashlib.sha256(part).digest() for part in held])  # type: ignore[misc]
        processor += time.process_time() - began
    return taken * total / measured, processor * total / measured


def same_bytes(start: int) -> list[bytes]:
    """Of a slice of entries: the entry, a node, the record and the text that it commits to."""
    from changes.models import Commit
    from evidence.ledger.canonical import canonical
    from evidence.ledger.records import record_values
    from evidence.models import Leaf

    rows = Leaf.objects.filter(index__gte=start, index__lt=start + AT_ONCE)
    held: list[bytes] = []
    for stored, opened, record in rows.values_list(
        "event__canonical", "event__disclosure__values", "event__record"
    ):
        text = json.dumps(opened).encode()[:120]
        held += [b"\x00" + bytes(stored), bytes(65), text, record.encode()]
    commits = list(Commit.objects.order_by("pk")[start : start + len(held) // 4])
    for place, commit in enumerate(commits):
        held[4 * place + 3] = canonical(record_values(commit, {"co_authors": []}))
    return held


def proofs(size: int, number: int = 200) -> tuple[float, float]:
    """Milliseconds of a proof of inclusion and of consistency, the median of many."""
    from evidence.ledger import tree

    chance, inclusion, consistency = Random(1), [], []
    for _ in range(number):
        index = chance.randrange(1, size)
        inclusion.append(seconds(lambda index=index: tree.inclusion_proof(index, size)))  # type: ignore[misc]
        consistency.append(seconds(lambda index=index: tree.consistency_proof(index, size)))  # type: ignore[misc]
    return 1000 * statistics.median(inclusion), 1000 * statistics.median(consistency)


def in_child() -> tuple[float, float, float, float]:
    """A check in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(checked).result()


def checked() -> tuple[float, float, float, float]:
    """Seconds, those of the processors, and peak megabytes: its own, and of its largest helper."""
    import django

    django.setup()
    from evidence.ledger.check import check_ledger
    from evidence.management.commands.verify_ledger import PROCESSES

    taken = seconds(lambda: print_differences(check_ledger(processes=PROCESSES).differences))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(each.ru_utime + each.ru_stime for each in used)
    return taken, processor, used[0].ru_maxrss / 1024, used[1].ru_maxrss / 1024


def print_differences(differences: list[str]) -> None:
    if differences:
        print("DIFFERENCES", differences[:3])


def measure(vendor: str, entries: int, appends: int, clients: list[int]) -> None:
    from django.db import connections

    from changes.models import Person
    from evidence.ledger.sequence import seal
    from evidence.ledger.tree import size

    Person.objects.create(name="bench")
    seal()
    rows = [("appends/s, one client", appends / seconds(lambda: append(0, appends)))]
    if vendor == "PostgreSQL":
        connections.close_all()
        rows += in_parallel(appends, clients)
        strip_plain_inserts()
    waiting = seconds(seal)
    rows.append(("sealed/s", (size() or 1) / waiting))
    rows.append(("built/s, for this benchmark", entries / seconds(lambda: build(entries))))
    analyse()
    total = size()
    inclusion, consistency = proofs(total)
    rows += [("inclusion proof, ms", inclusion), ("consistency proof, ms", consistency)]
    rows.append(("sealed after, s, of one more event", sealed_after()))
    connections.close_all()
    taken, processor, megabytes, of_helpers = in_child()
    least, least_processor = floor(total)
    rows += [
        ("verify_ledger, entries/s", total / taken),
        ("verify_ledger, peak MB", megabytes),
        ("verify_ledger, peak MB of each helping process", of_helpers),
        ("SHA-256 of the same bytes, entries/s", total / least),
        ("verify_ledger / SHA-256, times, by the clock", taken / least),
        ("the same, by the time of the processors", processor / least_processor),
    ]
    print(f"{vendor}, {total} entries\n\n| what | figure |\n|---|---|")
    for name, figure in rows:
        print(f"| {name} | {figure:,.2f} |")


def in_parallel(appends: int, clients: list[int]) -> list[tuple[str, float]]:
    rows = []
    for number in clients:
        first = 1000 * number
        rows.append((f"appends/s, {number} clients", rate(number, appends, append, first, 0)))
        with_work = rate(number, appends, append, first + 200, WORK)
        plain = rate(number, appends, plain_insert, first + 400, WORK)
        rows.append((f"appends/s, {number} clients, 20 ms of work", with_work))
        rows.append((f"the same / plain inserts, {number} clients", with_work / plain))
    return rows


def strip_plain_inserts() -> None:
    """They have no events, so a check would name them."""
    from changes.models import Login
    from evidence.models import Event

    told = Event.objects.filter(type="login.added").values_list("record", flat=True)
    Login.objects.exclude(pk__in=[int(name.partition(":")[2]) for name in told]).delete()


def sealed_after() -> float:
    """Seconds from the commit of an event to its leaf, when the sequencer comes at once."""
    from evidence.ledger.sequence import seal

    append(1, 1)
    return seconds(seal)


def analyse() -> None:
    """A server does so by itself, some time after so many rows came."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--appends", type=int, default=1000)
    parser.add_argument("--clients", type=int, nargs="+", default=[8, 16])
    given = parser.parse_args()
    with database() as vendor:
        measure(vendor, given.entries, given.appends, given.clients)


if __name__ == "__main__":
    main()
