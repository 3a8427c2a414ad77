"""How many webhooks a second are let in, beside a view that only inserts one row.

python -m tests.benchmarks.bench_intake [--deliveries 2000] [--clients 16] [--rounds 3]

Two web processes and as many clients, on DATABASE_URL and REDIS_URL where they are set, else on
SQLite and the broker of files. No worker runs: what is measured is the answer to the host. Floor
and intake take turns, so that both meet the same other work of the machine.
"""

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.faults.hook_portal import free_port, push, wait_for
from tests.hooks import SECRET, body_of, headers_of

ROOT = Path(__file__).resolve().parents[2]
Sent = tuple[float, list[float]]


@contextmanager
def server() -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="orca-bench-") as folder:
        environment = {
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "LOG_LEVEL": "ERROR",
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "orca_portal.settings",
            "ORCA_VAR": folder,
            "GITHUB_WEBHOOK_SECRETS": SECRET,
        }
        manage = [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"]
        subprocess.run(manage, env=environment, check=True)
        port = free_port()
        command = [
            *(sys.executable, "-m", "gunicorn", "tests.benchmarks.intake_wsgi"),
            *("--workers", "2", "--threads", "8", "--keep-alive", "30"),
            *("--bind", f"127.0.0.1:{port}", "--log-level", "error"),
        ]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, text=True)
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def send(port: int, path: str, keys: list[str], clients: int) -> Sent:
    """Seconds on the wall, and milliseconds of each answer."""
    shares = [keys[n::clients] for n in range(clients)]
    began = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        times = pool.map(lambda share: send_all(port, path, share), shares)
        answers = [ms for share in times for ms in share]
    return time.monotonic() - began, answers


def send_all(port: int, path: str, keys: list[str]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found = []
    for key in keys:
        body = body_of(push(int(key.rpartition("-")[2])))
        headers = headers_of("github", body, "push", key) | {"Content-Type": "application/json"}
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        response.read()
        found.append(1000 * (time.perf_counter() - began))
        if response.status != 202:
            raise SystemExit(f"{path} answered {response.status}.")
    connection.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    rates: dict[str, list[float]] = {"floor": [], "intake": []}
    slow: dict[str, list[float]] = {"floor": [], "intake": []}
    with server() as port:
        for round_ in range(given.rounds + 1):
            for name, path in (("floor", "/floor/"), ("intake", "/hooks/github/")):
                first = (round_ + 1) * 10_000_000
                keys = [f"{name}-{first + n}" for n in range(given.deliveries)]
                seconds, answers = send(port, path, keys, given.clients)
                if round_:  # the first warms up
                    rates[name].append(len(keys) / seconds)
                    slow[name] += answers
    print("| what | per second | p50 ms | p99 ms |\n|---|---|---|---|")
    for name, found in rates.items():
        ordered = sorted(slow[name])
        p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
        rate = statistics.median(found)
        print(f"| {name} | {rate:,.0f} | {statistics.median(ordered):.1f} | {p99:.1f} |")
    ratio = statistics.median(rates["intake"]) / statistics.median(rates["floor"])
    print(f"\nIntake / floor: {ratio:.2f}")


if __name__ == "__main__":
    main()
