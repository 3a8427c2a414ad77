"""A request is heard out before it is answered, so that its sender sees why it was refused."""

import http.client
import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from orca_portal import wsgi
from tests.migrated import copy_migrated
from tests.portal_processes import ROOT, portal, until

LARGE = b"x" * 40_000_000  # more than any buffer between two sockets holds


class Body(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 < size <= wsgi.CHUNK
        return super().read(size)


@pytest.mark.parametrize(
    ("length", "left"),
    [("3000000", 0), ("", 0), (str(wsgi.HEARD_OUT_BYTES), 0), (str(5 * 10**9), 3_000_000)],
    ids=["its length", "no length", "the most", "beyond"],
)
def test_rest_of_a_body_is_dropped_in_pieces(length: str, left: int) -> None:
    body = Body(b"x" * 3_000_000)

    wsgi.hear_out({"CONTENT_LENGTH": length, "wsgi.input": body})

    assert len(body.getbuffer()) - body.tell() == left


def test_no_more_than_the_most_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "HEARD_OUT_BYTES", 1000)
    body = Body(b"x" * 3000)

    wsgi.hear_out({"wsgi.input": body})

    assert body.tell() == 1000


def test_body_that_breaks_off_is_no_error() -> None:
    class Broken:
        def read(self, _size: int) -> bytes:
            raise ConnectionResetError

    wsgi.hear_out({"wsgi.input": Broken()})


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        number: int = free.getsockname()[1]
    with portal(tmp_path_factory.mktemp("portal")) as running:
        copy_migrated(running.database)
        bound = ["--bind", f"127.0.0.1:{number}", "--no-control-socket"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "orca_portal.wsgi", "--threads", "2", *bound],
            cwd=ROOT,
            env=running.environment,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        running.started.append(server)
        until(lambda: _answers(number), server)
        yield number


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/hooks/github/", 413, "body_too_large"),
        ("/api/v1/changes/", 413, "body_too_large"),
        ("/api/v1/changes/CHG-000001/evidence/", 401, "not_authenticated"),
    ],
)
def test_sender_of_a_large_body_sees_why_not(path: str, status: int, code: str, port: int) -> None:
    headers = {"Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", path, LARGE, headers)
        answer = connection.getresponse()
        body: Any = answer.read().decode()

    assert answer.status == status
    assert f'"{code}"' in body.replace(" ", "")
