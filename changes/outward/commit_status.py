"""A status beside a commit on the git host, and what the host answered."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from urllib.parse import quote

import httpx

CONTEXT = "change control"
DESCRIPTION_MAXIMUM = 140
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LONGEST_WAIT = timedelta(hours=1)


class Fate(Enum):
    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class HostAccess:
    """`kind` is github or gitlab; `url` the root of its API; nothing is sent without a token."""

    kind: str
    url: str
    token: str


@dataclass(frozen=True)
class CommitStatusText:
    """`state` is success, pending or failure."""

    state: str
    description: str
    target_url: str


@dataclass(frozen=True)
class Answer:
    """`not_before` where the host says how long to wait."""

    fate: Fate
    sentence: str = ""
    not_before: datetime | None = None


def send(
    access: HostAccess, repository: str, revision: str, text: CommitStatusText, now: datetime
) -> Answer:
    """One attempt. Redirects are not followed: the token is for this host alone."""
    url, headers, values = _request(access, repository, revision, text)
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
            response = client.post(url, headers=headers, json=values)
    except httpx.TimeoutException:
        return Answer(Fate.LATER, "The host did not answer in time.")
    except httpx.HTTPError as error:
        return Answer(Fate.LATER, f"The host could not be reached ({type(error).__name__}).")
    return _answer(response, now)


def _request(
    access: HostAccess, repository: str, revision: str, text: CommitStatusText
) -> tuple[str, dict[str, str], dict[str, str]]:
    values = {
        "state": text.state,
        "description": text.description[:DESCRIPTION_MAXIMUM],
        "target_url": text.target_url,
    }
    root = access.url.rstrip("/")
    if access.kind == "gitlab":
        state = "failed" if text.state == "failure" else text.state
        url = f"{root}/projects/{quote(repository, safe='')}/statuses/{revision}"
        return url, {"PRIVATE-TOKEN": access.token}, {**values, "state": state, "name": CONTEXT}
    url = f"{root}/repos/{quote(repository)}/statuses/{revision}"
    headers = {
        "Authorization": f"Bearer {access.token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return url, headers, {**values, "context": CONTEXT}


def _answer(response: httpx.Response, now: datetime) -> Answer:
    code = response.status_code
    if response.is_success:
        return Answer(Fate.SENT)
    if code in (403, 429) and (until := _limited_until(response.headers, now)):
        return Answer(Fate.LATER, f"The host asks to wait ({code}).", until)
    if code == 429 or code >= 500:
        return Answer(Fate.LATER, f"The host answered {code}.", _retry_after(response.headers, now))
    return Answer(Fate.REFUSED, f"The host refused it with {code}: check the token and its rights.")


def _limited_until(headers: httpx.Headers, now: datetime) -> datetime | None:
    """By Retry-After; else, with nothing left of the quota, by the time of its renewal."""
    if until := _retry_after(headers, now):
        return until
    reset = headers.get("X-RateLimit-Reset", "")
    if headers.get("X-RateLimit-Remaining") != "0" or not (reset.isdigit() and len(reset) < 12):
        return None
    return _within(datetime.fromtimestamp(int(reset), UTC), now)


def _retry_after(headers: httpx.Headers, now: datetime) -> datetime | None:
    seconds = headers.get("Retry-After", "")
    if not (seconds.isdigit() and len(seconds) < 8):
        return None
    return _within(now + timedelta(seconds=int(seconds)), now)


def _within(until: datetime, now: datetime) -> datetime:
    """At least a second, at most an hour: a host may not silence the portal for good."""
    return min(max(until, now + timedelta(seconds=1)), now + LONGEST_WAIT)
