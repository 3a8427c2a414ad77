"""A running portal that takes webhooks, and senders that post to it all at once."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hooks import SECRET, body_of, headers_of
from tests.own_redis import OwnRedis
from tests.portal_processes import PATIENCE_SECONDS, ROOT, Portal, portal

SENDERS = 8
SWEEP = """
from datetime import timedelta
from changes.workflow import deliveries
deliveries.ANNOUNCED_AGAIN_AFTER = timedelta(0)
while deliveries.handle_waiting_deliveries():
    pass
"""

WAKE = """
from changes.models import DeliveryJob
from changes.tasks import wake_for
for pk in DeliveryJob.objects.filter(state="waiting").values_list("pk", flat=True):
    wake_for(pk)
"""


@dataclass(frozen=True)
class Posting:
    key: str
    payload: dict[str, Any]


def postings(distinct: int) -> list[Posting]:
    """Pushes to the production branch of one repository, each with a commit of its own."""
    return [Posting(f"delivery-{n}", push(n)) for n in range(distinct)]


def push(number: int) -> dict[str, Any]:
    sha, author = f"{number + 1:040x}", {"name": "Amara", "email": "amara@orca.example"}
    commit = {
        "id": sha,
        "message": f"Commit {number}",
        "timestamp": "2026-07-01T10:00:00Z",
        "author": author,
    }
    return {
        "ref": "refs/heads/main",
        "before": "f" * 40,
        "after": sha,
        "repository": {
            "full_name": "orca/portal",
            "html_url": "https://github.com/orca/portal",
            "default_branch": "main",
        },
        "commits": [commit],
    }


@dataclass
class HookPortal:
    portal: Portal
    port: int
    redis: OwnRedis | None = None

    def work(self) -> "subprocess.Popen[str]":
        return self.portal.start_worker()

    def send(self, posted: Sequence[Posting]) -> Counter[int]:
        """By as many senders as there are, each with a connection of its own."""
        shares = [posted[n::SENDERS] for n in range(SENDERS)]
        with ThreadPoolExecutor(SENDERS) as senders:
            return sum(senders.map(self._send_all, shares), Counter())

    def sweep(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        arguments = ("shell", "-v0", "-c", SWEEP)
        done = self.portal.run(*arguments, patience_seconds=patience_seconds)
        assert done.returncode == 0, done.stderr

    def wake(self) -> None:
        """A message for each that waits, as a broker that forgot them all has none."""
        done = self.portal.run("shell", "-v0", "-c", WAKE)
        assert done.returncode == 0, done.stderr

    def states(self) -> dict[str, int]:
        query = "SELECT state, count(*) FROM changes_deliveryjob GROUP BY state"
        return dict(self.portal.rows(query))

    def _send_all(self, posted: Sequence[Posting]) -> Counter[int]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        answers: Counter[int] = Counter()
        for posting in posted:
            body = body_of(posting.payload)
            headers = {**headers_of("github", body, "push", posting.key)}
            headers["Content-Type"] = "application/json"
            connection.request("POST", "/hooks/github/", body, headers)
            response = connection.getresponse()
            response.read()
            answers[response.status] += 1
        connection.close()
        return answers


@contextmanager
def hook_portal(folder: Path, redis_url: str = "") -> Iterator[HookPortal]:
    before = os.environ.get("GITHUB_WEBHOOK_SECRETS")
    os.environ["GITHUB_WEBHOOK_SECRETS"] = SECRET
    try:
        with portal(folder, redis_url) as running:
            folder.mkdir(exist_ok=True)
            assert running.run("migrate", "-v0").returncode == 0
            port = free_port()
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "orca_portal.wsgi", "--threads", "4"),
                    *("--bind", f"127.0.0.1:{port}", "--log-level", "warning"),
                ],
                env=running.environment,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            running.started.append(server)
            wait_for(port, server)
            yield HookPortal(running, port)
            server.terminate()
            server.wait(timeout=30)
    finally:
        if before is None:
            del os.environ["GITHUB_WEBHOOK_SECRETS"]
        else:
            os.environ["GITHUB_WEBHOOK_SECRETS"] = before


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(port: int, server: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert server.poll() is None, "The server ended."
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/healthz/")
            answer = json.loads(connection.getresponse().read())
            connection.close()
        except OSError:
            assert time.monotonic() < deadline, "The server does not answer."
            time.sleep(0.1)
        else:
            assert answer["database"], answer
            return
