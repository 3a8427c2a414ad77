"""A status beside a commit on the git host, and what the host answered."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import httpx

from changes.outward.hosts import Answer, HostAccess, answered, unreached, wire

CONTEXT = "change control"
DESCRIPTION_MAXIMUM = 140


@dataclass(frozen=True)
class CommitStatusText:
    """`state` is success, pending or failure."""

    state: str
    description: str
    target_url: str


def send(
    access: HostAccess, repository: str, revision: str, text: CommitStatusText, now: datetime
) -> Answer:
    """One attempt. Redirects are not followed: the token is for this host alone."""
    url, headers, values = _request(access, repository, revision, text)
    try:
        with wire() as client:
            response = client.post(url, headers=headers, json=values)
    except httpx.HTTPError as error:
        return unreached(error)
    return answered(response, now)


def _request(
    access: HostAccess, repository: str, revision: str, text: CommitStatusText
) -> tuple[str, dict[str, str], dict[str, str]]:
    values = {
        "state": text.state,
        "description": text.description[:DESCRIPTION_MAXIMUM],
        "target_url": text.target_url,
    }
    root = access.root
    if access.kind == "gitlab":
        state = "failed" if text.state == "failure" else text.state
        url = f"{root}/projects/{quote(repository, safe='')}/statuses/{revision}"
        return url, access.headers, {**values, "state": state, "name": CONTEXT}
    url = f"{root}/repos/{quote(repository)}/statuses/{revision}"
    return url, access.headers, {**values, "context": CONTEXT}
