"""Git hosts as the portal calls them: with a token, one attempt, and what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import httpx

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

    @property
    def root(self) -> str:
        return self.url.rstrip("/")

    @property
    def headers(self) -> dict[str, str]:
        if self.kind == "gitlab":
            return {"PRIVATE-TOKEN": self.token}
        return {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }


@dataclass(frozen=True)
class Answer:
    """`not_before` where the host says how long to wait."""

    fate: Fate
    sentence: str = ""
    not_before: datetime | None = None


def wire() -> httpx.Client:
    """A client that goes where it is told and nowhere else: no redirect is followed, and no proxy
    or password is taken from the environment.
    """
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def unreached(error: httpx.HTTPError) -> Answer:
    if isinstance(error, httpx.TimeoutException):
        return Answer(Fate.LATER, "The host did not answer in time.")
    return Answer(Fate.LATER, f"The host could not be reached ({type(error).__name__}).")


def answered(response: httpx.Response, now: datetime) -> Answer:
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
