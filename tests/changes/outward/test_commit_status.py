from datetime import datetime, timedelta

import httpx
import pytest

from changes.outward import hosts
from changes.outward.commit_status import CommitStatusText, send
from changes.outward.hosts import Answer, Fate, HostAccess
from tests.factories.times import NOW
from tests.recording_host import RecordingHost, Reply, recording_host

TEXT = CommitStatusText("failure", "It lacks a review.", "https://orca.example/changes/CHG-000001/")
SHA = "a" * 40


def told(host: RecordingHost, kind: str = "github", now: datetime = NOW) -> Answer:
    return send(HostAccess(kind, host.url, "a token"), "orca/portal", SHA, TEXT, now)


def test_github_is_told() -> None:
    with recording_host() as host:
        answer = told(host)

    (path, headers, _) = host.requests[0]
    values = host.requests[0].values
    assert answer.fate is Fate.SENT
    assert path == f"/repos/orca/portal/statuses/{SHA}"
    assert headers["Authorization"] == "Bearer a token"
    assert values == {
        "state": "failure",
        "context": "change control",
        "description": TEXT.description,
        "target_url": TEXT.target_url,
    }


def test_gitlab_is_told_in_its_words() -> None:
    with recording_host() as host:
        told(host, "gitlab")

    (path, headers, _) = host.requests[0]
    values = host.requests[0].values
    assert path == f"/projects/orca%2Fportal/statuses/{SHA}"
    assert headers["PRIVATE-TOKEN"] == "a token"
    assert (values["state"], values["name"]) == ("failed", "change control")


RESET = str(int((NOW + timedelta(minutes=10)).timestamp()))
FAR = str(int((NOW + timedelta(days=300)).timestamp()))
ANSWERS = {
    "made": (Reply(201), Fate.SENT, None),
    "asked to wait": (Reply(429, {"Retry-After": "120"}), Fate.LATER, 120),
    "asked to wait, by 403": (Reply(403, {"Retry-After": "60"}), Fate.LATER, 60),
    "quota used up": (
        Reply(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": RESET}),
        Fate.LATER,
        600,
    ),
    "quota used up for ever": (
        Reply(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": FAR}),
        Fate.LATER,
        3600,
    ),
    "reset in the past": (
        Reply(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
        Fate.LATER,
        1,
    ),
    "reset that is no number": (
        Reply(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}),
        Fate.REFUSED,
        None,
    ),
    "quota left": (
        Reply(403, {"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": RESET}),
        Fate.REFUSED,
        None,
    ),
    "too many, without a word": (Reply(429), Fate.LATER, None),
    "broken": (Reply(502), Fate.LATER, None),
    "broken, with a time": (Reply(503, {"Retry-After": "30"}), Fate.LATER, 30),
    "wrong token": (Reply(401), Fate.REFUSED, None),
    "unknown repository": (Reply(404), Fate.REFUSED, None),
    "unknown revision": (Reply(422), Fate.REFUSED, None),
    "sent elsewhere": (Reply(302, {"Location": "http://127.0.0.1:1/"}), Fate.REFUSED, None),
}


@pytest.mark.parametrize(("reply", "fate", "seconds"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answer_of_the_host(reply: Reply, fate: Fate, seconds: int | None) -> None:
    with recording_host(reply) as host:
        answer = told(host)

    waits = answer.not_before - NOW if answer.not_before else None
    assert answer.fate is fate
    assert waits == (None if seconds is None else timedelta(seconds=seconds))
    assert len(host.requests) == 1


def test_host_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "TIMEOUT", httpx.Timeout(0.2))
    with recording_host(Reply(delay_seconds=1)) as host:
        answer = told(host)

    assert (answer.fate, answer.sentence) == (Fate.LATER, "The host did not answer in time.")


def test_host_that_is_not_there() -> None:
    answer = told(RecordingHost(url="http://127.0.0.1:1"))

    assert (answer.fate, answer.sentence) == (
        Fate.LATER,
        "The host could not be reached (ConnectError).",
    )


def test_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    with recording_host() as host:
        assert told(host).fate is Fate.SENT
