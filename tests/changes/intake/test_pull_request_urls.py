import pytest

from changes.intake.pull_request_urls import (
    PullRequestUrl,
    PullRequestUrlError,
    parse_pull_request_url,
)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        pytest.param(
            "https://github.com/orca/api/pull/17",
            PullRequestUrl("github.com", "orca/api", 17, "https://github.com/orca/api/pull/17"),
            id="GitHub",
        ),
        pytest.param(
            " https://GitHub.com/orca/api/pull/17/files?w=1#diff ",
            PullRequestUrl("github.com", "orca/api", 17, "https://github.com/orca/api/pull/17"),
            id="a tab of it, with query and fragment",
        ),
        pytest.param(
            "http://git.example:3000/orca/api/pulls/9",
            PullRequestUrl(
                "git.example:3000", "orca/api", 9, "http://git.example:3000/orca/api/pull/9"
            ),
            id="Gitea on a port",
        ),
        pytest.param(
            "https://gitlab.com/orca/platform/api/-/merge_requests/3",
            PullRequestUrl(
                "gitlab.com",
                "orca/platform/api",
                3,
                "https://gitlab.com/orca/platform/api/-/merge_requests/3",
            ),
            id="GitLab with a group in a group",
        ),
    ],
)
def test_address_is_read(text: str, parsed: PullRequestUrl) -> None:
    assert parse_pull_request_url(text) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "orca/api#17",
        "github.com/orca/api/pull/17",
        "https://github.com/orca/api",
        "https://github.com/orca/api/issues/17",
        "https://github.com/orca/api/pull/0",
        "https://github.com/orca/api/pull/abc",
        "https://github.com/orca/api/pull/-1",
        "https://github.com/orca/api/pull/9999999999999",
        "https://github.com/orca/pull/17",
        "https://user:secret@github.com/orca/api/pull/17",
        "https://[github.com/orca/api/pull/17",
        "https://github.com:port/orca/api/pull/17",
        "https:///orca/api/pull/17",
        "javascript:alert(1)//github.com/orca/api/pull/17",
        "data:text/html,/orca/api/pull/17",
        "ftp://github.com/orca/api/pull/17",
        "https://github.com/orca/<b>/pull/17",
        f"https://github.com/orca/{'x' * 300}/pull/17",
    ],
)
def test_anything_else_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(PullRequestUrlError, match="expected something like"):
        parse_pull_request_url(text)


def test_repository_address_is_that_of_the_pull_request() -> None:
    url = parse_pull_request_url("https://gitlab.com/orca/api/-/merge_requests/3")
    assert url.repository_url == "https://gitlab.com/orca/api"
