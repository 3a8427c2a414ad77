"""What GitHub posts over the life of one change, as its documentation shows it."""

from datetime import datetime, timedelta
from typing import Any

from tests.factories.times import NOW

REPOSITORY = {
    "full_name": "orca/portal",
    "html_url": "https://github.com/orca/portal",
    "default_branch": "main",
}
FIRST, HEAD, MERGE, STRAY = ("1" * 40, "2" * 40, "3" * 40, "4" * 40)
BRANCH = "sort-the-pages"
NUMBER = 7
BEGAN = NOW - timedelta(hours=5)
Event = tuple[str, dict[str, Any]]


def at(minutes: int) -> str:
    return (BEGAN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def user(login: str) -> dict[str, Any]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def payload(sender: str, **values: Any) -> dict[str, Any]:
    return {"repository": REPOSITORY, "sender": user(sender), **values}


def commit(sha: str, minutes: int, message: str, login: str = "amara") -> dict[str, Any]:
    author = {"name": login.title(), "email": f"{login}@orca.example", "username": login}
    return {
        "id": sha,
        "message": message,
        "timestamp": at(minutes),
        "author": author,
        "committer": author,
        "added": [],
        "removed": [],
        "modified": ["pages.py"],
    }


def push(ref: str, after: str, *commits: dict[str, Any], before: str = "0" * 40) -> Event:
    head = {"id": after}
    return "push", payload(
        "amara",
        ref=f"refs/heads/{ref}",
        before=before,
        after=after,
        head_commit=head,
        commits=[*commits],
    )


def pull(action: str, minutes: int, head: str, **values: Any) -> Event:
    fields = {
        "number": NUMBER,
        "title": "Sort the pages",
        "body": "Readers asked for it.\n\nChange: CHG-000001",
        "html_url": f"https://github.com/orca/portal/pull/{NUMBER}",
        "user": user("amara"),
        "state": "open",
        "merged": False,
        "draft": False,
        "head": {"sha": head, "ref": BRANCH, "repo": REPOSITORY},
        "base": {"sha": "f" * 40, "ref": "main", "repo": REPOSITORY},
        "merge_commit_sha": "e" * 40,
        "merged_by": None,
        "merged_at": None,
        "created_at": at(10),
        "closed_at": None,
        "updated_at": at(minutes),
        "commits": 1 if head == FIRST else 2,
        "changed_files": 1,
    } | values
    return "pull_request", payload("amara", action=action, number=NUMBER, pull_request=fields)


def merged(minutes: int) -> Event:
    done = at(minutes)
    return pull(
        "closed",
        minutes,
        HEAD,
        state="closed",
        merged=True,
        merged_by=user("hedda"),
        merged_at=done,
        closed_at=done,
        merge_commit_sha=MERGE,
    )


def review(state: str, minutes: int, login: str, head: str = HEAD) -> Event:
    _, short = pull("submitted", minutes, head)
    fields = {**short["pull_request"]}
    for name in ("merged", "merged_by", "commits", "changed_files"):
        del fields[name]
    given = {
        "id": minutes,
        "user": user(login),
        "state": state,
        "commit_id": head,
        "submitted_at": at(minutes),
    }
    return "pull_request_review", payload(
        login, action="submitted", review=given, pull_request=fields
    )


def check(name: str, minutes: int, conclusion: str | None = "success", head: str = HEAD) -> Event:
    run = {
        "id": minutes,
        "name": name,
        "head_sha": head,
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "started_at": at(minutes),
        "completed_at": at(minutes + 2) if conclusion else None,
        "pull_requests": [{"number": NUMBER}],
    }
    action = "completed" if conclusion else "created"
    return "check_run", payload("ci[bot]", action=action, check_run=run)


def deployment(identity: int, minutes: int, sha: str = MERGE) -> dict[str, Any]:
    return {
        "id": identity,
        "sha": sha,
        "ref": "main",
        "task": "deploy",
        "environment": "production",
        "creator": user("hedda"),
        "created_at": at(minutes),
    }


def deployed(identity: int, minutes: int, sha: str = MERGE) -> Event:
    return "deployment", payload(
        "hedda", action="created", deployment=deployment(identity, minutes, sha)
    )


def deployment_state(identity: int, began: int, state: str, minutes: int, **more: Any) -> Event:
    status = {
        "id": minutes,
        "state": state,
        "environment": "production",
        "created_at": at(minutes),
        "creator": user("hedda"),
    }
    return "deployment_status", payload(
        "hedda",
        action="created",
        deployment=deployment(identity, began, **more),
        deployment_status=status,
    )


def life_of_a_change() -> list[Event]:
    """In the order in which it happens: opened, reviewed, checked, merged, deployed twice."""
    return [
        push(BRANCH, FIRST, commit(FIRST, 5, "Sort the pages")),
        pull("opened", 10, FIRST),
        check("unit", 12, None, FIRST),
        check("unit", 12, "failure", FIRST),
        review("changes_requested", 20, "priya", FIRST),
        push(BRANCH, HEAD, commit(HEAD, 25, "Sort them by title"), before=FIRST),
        pull("synchronize", 26, HEAD),
        check("unit", 30),
        check("CodeQL", 32),
        review("approved", 40, "priya"),
        review("approved", 41, "hedda"),
        merged(50),
        push(
            "main",
            MERGE,
            commit(FIRST, 5, "Sort the pages"),
            commit(HEAD, 25, "Sort them by title"),
            commit(MERGE, 50, f"Merge pull request #{NUMBER} from orca/{BRANCH}", "hedda"),
            before="f" * 40,
        ),
        pull("labeled", 52, HEAD, **_end(merged(50))),
        push("main", STRAY, commit(STRAY, 55, "Straight to production"), before=MERGE),
        deployed(11, 60),
        deployment_state(11, 60, "in_progress", 61),
        deployment_state(11, 60, "failure", 65),
        deployed(12, 70),
        deployment_state(12, 70, "success", 80),
        deployed(13, 90, STRAY),
        deployment_state(13, 90, "success", 95, sha=STRAY),
    ]


def _end(event: Event) -> dict[str, Any]:
    fields = event[1]["pull_request"]
    names = ("state", "merged", "merged_by", "merged_at", "closed_at", "merge_commit_sha")
    return {name: fields[name] for name in names}
