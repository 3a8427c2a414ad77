"""Against a local authority that OpenSSL plays: good answers, wrong ones and none."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from changes import clock
from changes.workflow.refusals import NotNow
from evidence.ledger import time_stamps
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.time_stamps import stamp, stamp_difference, stamp_if_possible, stamp_newest
from evidence.models import TimeStamp
from evidence.queries.ledger import ledger_state
from tests.factories.ledger import EventFactory
from tests.factories.times import NOW
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db
CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[extensions]
extendedKeyUsage = critical,timeStamping
"""


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@dataclass
class Authority:
    """`spoil` alters what it answers, `status` says how."""

    folder: Path
    url: str = ""
    status: int = 200
    spoil: Callable[[bytes], bytes] = bytes

    def answer(self, request: bytes) -> bytes:
        query, reply = self.folder / "q.tsq", self.folder / "r.tsr"
        query.write_bytes(request)
        openssl(
            "ts", "-reply", "-queryfile", query, "-out", reply, "-config", self.folder / "c.cnf"
        )
        return self.spoil(reply.read_bytes())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    (folder / "c.cnf").write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    new = ("-newkey", "rsa:2048", "-nodes")
    ca = ("-x509", "-subj", "/CN=CA", "-days", "3650", "-keyout", folder / "ca.key")
    openssl("req", *new, *ca, "-out", folder / "ca.pem")
    wanted = ("-subj", "/CN=TSA", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
    openssl("req", *new, *wanted)
    signed = ("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-set_serial", "2")
    usage = ("-extfile", folder / "c.cnf", "-extensions", "extensions", "-days", "3650")
    openssl("x509", "-req", "-in", folder / "tsa.csr", *signed, *usage, "-out", folder / "tsa.pem")
    return folder


@pytest.fixture
def authority(keys: Path, settings: Settings) -> Iterator[Authority]:
    here = Authority(keys)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = here.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(here.status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            """It says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here.url = settings.TIME_STAMP_URL = f"http://127.0.0.1:{server.server_port}/"
        settings.TIME_STAMP_CA = str(keys / "ca.pem")
        yield here
        server.shutdown()


def test_checkpoint_is_stamped_once(authority: Authority, tmp_path: Path) -> None:
    checkpoint = checkpoint_now(NOW)

    stamped = stamp_newest()

    assert stamped is not None
    assert stamped == stamp(checkpoint)
    assert stamped.authority == authority.url
    (tmp_path / "note").write_text(checkpoint.note)
    (tmp_path / "tsr").write_bytes(bytes(stamped.token))
    data = ("-data", tmp_path / "note", "-in", tmp_path / "tsr")
    openssl("ts", "-verify", *data, "-CAfile", authority.folder / "ca.pem")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda answer: answer[:-20], id="cut off"),
        pytest.param(lambda answer: answer[:40], id="hardly anything"),
        pytest.param(lambda answer: b"hello" * len(answer[:1]), id="something else"),
        pytest.param(lambda answer: answer[:-9] + bytes([answer[-9] ^ 1]) + answer[-8:], id="bit"),
        pytest.param(lambda answer: b"\x30\x05\x30\x03\x02\x01\x02" + answer[:0], id="refused"),
    ],
)
def test_wrong_answer_is_not_kept(authority: Authority, spoil: Callable[[bytes], bytes]) -> None:
    checkpoint = checkpoint_now(NOW)
    authority.spoil = spoil

    with pytest.raises(NotNow, match="time-stamp authority"):
        stamp(checkpoint)

    assert stamp_if_possible(checkpoint) is None
    assert not TimeStamp.objects.exists()


def test_answer_to_another_request_is_not_kept(authority: Authority) -> None:
    checkpoint = checkpoint_now(NOW)
    kept: list[bytes] = []

    def keep(answer: bytes) -> bytes:
        kept.append(answer)
        return b""

    authority.spoil = keep
    assert stamp_if_possible(checkpoint) is None
    authority.spoil = lambda answer: kept[0] + answer[:0]

    with pytest.raises(NotNow, match="answers another request"):
        stamp(checkpoint)


def test_certificates_of_another_authority_do_not_verify(
    authority: Authority, settings: Settings
) -> None:
    settings.TIME_STAMP_CA = str(authority.folder / "tsa.csr")

    with pytest.raises(NotNow, match="OpenSSL does not verify"):
        stamp(checkpoint_now(NOW))


def test_silent_authority_keeps_nobody_from_working(settings: Settings) -> None:
    settings.TIME_STAMP_URL = "http://127.0.0.1:1/"

    assert stamp_if_possible(checkpoint_now(NOW)) is None


# What of a time-stamp no check compares, and why it is no evidence.
NO_EVIDENCE = {
    "id": "a number of the database",
    "authority": "where it was asked; who stamped stands in the token",
}


@pytest.mark.usefixtures("authority")
def test_every_altered_column_of_a_time_stamp_is_found_or_is_no_evidence() -> None:
    stamped = stamp(checkpoint_now(NOW))
    EventFactory.create()
    token = bytes(stamped.token)
    spoiled = [token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :] for at in (9, 60, 200, -9)]
    altered: dict[str, list[Any]] = {
        "id": [stamped.pk + 9],
        "checkpoint_id": [checkpoint_now(NOW).pk],
        "token": [*spoiled, b"", token[:-1]],
        "authority": ["https://elsewhere.example/"],
        "stamped_at": [stamped.stamped_at - timedelta(seconds=1)],
    }
    not_found = []
    for name, values in altered.items():
        for value in values:
            with unguarded(), transaction.atomic():
                TimeStamp.objects.filter(pk=stamped.pk).update(**{name: value})
                if not stamp_difference(TimeStamp.objects.get()):
                    not_found.append(name)
                transaction.set_rollback(True)

    assert stamp_difference(stamped) == ""
    assert set(not_found) == NO_EVIDENCE.keys()
    assert altered.keys() == {column.attname for column in TimeStamp._meta.concrete_fields}


@pytest.mark.usefixtures("authority")
def test_check_names_a_time_stamp_that_was_moved() -> None:
    stamped = stamp(checkpoint_now(NOW))
    with unguarded():
        TimeStamp.objects.update(stamped_at=stamped.stamped_at - timedelta(days=30))

    (sentence,) = check_ledger().differences

    assert sentence.startswith(f"Time-stamp {stamped.pk}: stamped_at of {stamped.checkpoint} is ")


@pytest.mark.parametrize("status", [400, 500, 503])
def test_authority_that_fails_is_asked_again_and_never_made_up(
    authority: Authority, status: int
) -> None:
    checkpoint = checkpoint_now(NOW)
    authority.status = status

    with pytest.raises(NotNow, match=f"does not answer.*{status}"):
        stamp(checkpoint)
    assert not TimeStamp.objects.exists()

    authority.status = 200
    assert stamp(checkpoint).checkpoint == checkpoint


def test_authority_that_is_too_slow_is_given_up(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, over = checkpoint_now(NOW), threading.Event()
    monkeypatch.setattr(time_stamps, "SECONDS", 0.2)
    authority.spoil = lambda answer: answer[: 10_000 * (1 + over.wait(5))]

    with pytest.raises(NotNow, match="does not answer"):
        stamp(checkpoint)
    over.set()
    assert not TimeStamp.objects.exists()


def test_overdue_time_stamp_is_known_until_a_good_one_came(authority: Authority) -> None:
    checkpoint = checkpoint_now(NOW)
    assert ledger_state().overdue_since is None

    with clock.simulated(NOW + timedelta(hours=3)):
        assert ledger_state().overdue_since == checkpoint.issued_at
        stamp(checkpoint)
        assert ledger_state().overdue_since is None


def test_without_an_authority_nothing_is_asked() -> None:
    checkpoint = checkpoint_now(NOW)

    assert (stamp_newest(), stamp_if_possible(checkpoint)) == (None, None)
