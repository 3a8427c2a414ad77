"""The address of a pull request, as GitHub, Gitea and GitLab write it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# GitHub: /owner/name/pull/7 (Gitea says pulls). GitLab: /group/.../name/-/merge_requests/7.
_PATH = re.compile(
    r"^/(?P<name>[\w.-]+(?:/[\w.-]+)+?)/(?:pulls?|-/merge_requests)/(?P<number>[0-9]{1,12})(?:/.*)?$",
    re.ASCII,
)
_SCHEMES = ("http", "https")
NAME_MAXIMUM = 200
EXPECTED = "expected something like https://github.com/owner/repository/pull/17."


class PullRequestUrlError(ValueError):
    """The text is no address of a pull request; the message is a sentence."""


@dataclass(frozen=True)
class PullRequestUrl:
    """`url` without query and fragment; `repository` is what stands before the number."""

    host: str
    repository: str
    number: int
    url: str

    @property
    def repository_url(self) -> str:
        return f"{self.url.split('://')[0]}://{self.host}/{self.repository}"


def parse_pull_request_url(text: str) -> PullRequestUrl:
    shown = f"'{text[:60]}' is no address of a pull request: {EXPECTED}"
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise PullRequestUrlError(shown) from error
    match = _PATH.match(parts.path)
    is_plain = parts.scheme in _SCHEMES and host and not parts.username and not parts.password
    if not (match and is_plain) or len(match["name"]) > NAME_MAXIMUM or not int(match["number"]):
        raise PullRequestUrlError(shown)
    netloc = f"{host}:{port}" if port else host
    kind = "-/merge_requests" if "/-/" in parts.path else "pull"
    number = int(match["number"])
    url = f"{parts.scheme}://{netloc}/{match['name']}/{kind}/{number}"
    return PullRequestUrl(netloc, match["name"], number, url)
