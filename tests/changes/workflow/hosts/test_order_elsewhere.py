"""GitLab and Vercel in any order; two pull requests that name one change; two outcomes of one
deployment.
"""

import random
from typing import Any

import pytest
from django.db import transaction

from changes.models import ChangeRequest, Deployment, PullRequest
from changes.vocabulary import DeploymentOutcome, State
from tests.changes.workflow.hosts import session
from tests.changes.workflow.hosts.record import record
from tests.changes.workflow.hosts.session import Event, at, deployed, deployment_state, pull
from tests.changes.workflow.hosts.telling import Told, tell
from tests.factories.request import ApprovalFactory

pytestmark = pytest.mark.django_db
FIRST, HEAD, MERGE = "1" * 40, "2" * 40, "3" * 40
IDS = {"amara": 1, "priya": 2, "hedda": 3}
PROJECT = {
    "id": 5,
    "path_with_namespace": "orca/billing",
    "web_url": "https://gitlab.com/orca/billing",
    "default_branch": "main",
}


def user(login: str) -> dict[str, Any]:
    return {"id": IDS[login], "username": login, "name": login.title()}


def gitlab(kind: str, **values: Any) -> Told:
    return "gitlab", (kind, {"object_kind": kind, "project": PROJECT, **values})


def merge_request(action: str, minutes: int, head: str, state: str = "opened", **more: Any) -> Told:
    attributes = {
        "iid": 4,
        "title": "Round invoices CHG-000001",
        "description": "",
        "state": state,
        "action": action,
        "author_id": IDS["amara"],
        "source_branch": "round",
        "target_branch": "main",
        "last_commit": {"id": head},
        "created_at": at(10),
        "updated_at": at(minutes),
        "url": "https://gitlab.com/orca/billing/-/merge_requests/4",
    }
    login = more.pop("by", "amara")
    assignees = [user("amara")]
    return gitlab(
        "merge_request",
        user=user(login),
        assignees=assignees,
        object_attributes=attributes | more,
    )


def pushed(branch: str, *shas: str) -> Told:
    commits = [
        {
            "id": sha,
            "message": f"Round {sha[0]}",
            "timestamp": at(5 + int(sha[0])),
            "author": {"name": "Amara", "email": "amara@orca.example"},
            "added": [],
            "modified": ["invoice.py"],
            "removed": [],
        }
        for sha in shas
    ]
    return gitlab(
        "push",
        ref=f"refs/heads/{branch}",
        before="f" * 40,
        after=shas[-1],
        checkout_sha=shas[-1],
        user_username="amara",
        user_name="Amara",
        commits=commits,
        total_commits_count=len(shas),
    )


def gitlab_deployment(status: str, minutes: int) -> Told:
    return gitlab(
        "deployment",
        deployment_id=9,
        status=status,
        status_changed_at=at(minutes),
        environment="production",
        environment_tier="production",
        short_sha=MERGE[:8],
        commit_url=f"https://gitlab.com/orca/billing/-/commit/{MERGE}",
        user=user("hedda"),
    )


def life_at_gitlab() -> list[Told]:
    return [
        pushed("round", FIRST),
        merge_request("open", 10, FIRST),
        pushed("round", HEAD),
        merge_request("update", 20, HEAD, oldrev=FIRST),
        merge_request("approved", 30, HEAD, by="priya"),
        merge_request("unapproved", 32, HEAD, by="priya"),
        merge_request("approved", 35, HEAD, by="priya"),
        merge_request("merge", 40, HEAD, state="merged", merge_commit_sha=MERGE, by="hedda"),
        pushed("main", FIRST, HEAD, MERGE),
        gitlab_deployment("created", 50),
        gitlab_deployment("running", 51),
        gitlab_deployment("success", 60),
    ]


def vercel(kind: str, minutes: int, deployment: str = "dpl_1") -> Told:
    moment = int(session.moment(minutes).timestamp() * 1000)
    meta = {
        "githubCommitSha": session.MERGE,
        "githubCommitRef": "main",
        "githubCommitOrg": "orca",
        "githubCommitRepo": "portal",
        "githubCommitAuthorLogin": "amara",
    }
    inner = {
        "target": "production",
        "deployment": {"id": deployment, "name": "portal", "url": "x.vercel.app", "meta": meta},
    }
    envelope = {"id": f"{kind}{minutes}", "type": kind, "createdAt": moment, "payload": inner}
    return "vercel", (kind, envelope)


def life_with_vercel() -> list[Told]:
    at_github = session.life_of_a_change()[:15]
    return [
        *(("github", event) for event in at_github),
        vercel("deployment.created", 60),
        vercel("deployment.error", 63),
        vercel("deployment.created", 70, "dpl_2"),
        vercel("deployment.ready", 74, "dpl_2"),
        vercel("deployment.succeeded", 75, "dpl_2"),
        vercel("deployment.promoted", 76, "dpl_2"),
    ]


def from_github(*events: Event) -> list[Told]:
    return [("github", event) for event in events]


def another_pull(number: int, opened: int) -> Event:
    head = f"{number:040x}"
    event, told = pull("opened", opened, head, created_at=at(opened), number=number)
    told["pull_request"]["head"]["ref"] = f"branch-{number}"
    return event, told | {"number": number}


def two_pulls() -> list[Told]:
    return from_github(another_pull(31, 12), another_pull(30, 14), another_pull(32, 16))


def two_outcomes() -> list[Told]:
    return from_github(
        *session.life_of_a_change()[:15],
        deployed(12, 70),
        deployment_state(12, 70, "success", 80),
        deployment_state(12, 70, "failure", 85),
        deployment_state(12, 70, "success", 90),
    )


LIVES = {
    "gitlab": life_at_gitlab,
    "vercel": life_with_vercel,
    "two pull requests": two_pulls,
    "two outcomes": two_outcomes,
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES.keys())
def test_any_order_and_repetition_give_the_same_record(
    life: Any, seed: int, change: ChangeRequest
) -> None:
    events = life()
    with transaction.atomic():
        tell(events)
        expected = record()
        transaction.set_rollback(True)
    chance = random.Random(seed)
    shuffled = [*events, *chance.sample(events, len(events) // 2)]
    chance.shuffle(shuffled)

    tell(shuffled)

    assert record() == expected


def test_life_at_gitlab_ends_in_its_record(change: ChangeRequest) -> None:
    tell(life_at_gitlab())

    change.refresh_from_db()
    found = PullRequest.objects.get()
    assert (found.change, found.head_revision, found.merge_revision) == (change, HEAD, MERGE)
    assert [r.state for r in found.reviews.order_by("submitted_at")] == [
        "approved",
        "dismissed",
        "approved",
    ]
    assert (change.state, Deployment.objects.get().outcome) == (
        State.DEPLOYED,
        DeploymentOutcome.SUCCEEDED,
    )


def test_pull_request_that_was_opened_first_gets_the_change(change: ChangeRequest) -> None:
    tell(two_pulls()[::-1])

    assert [p.number for p in PullRequest.objects.filter(change=change)] == [31]


def test_pull_request_that_somebody_approved_keeps_the_change(change: ChangeRequest) -> None:
    first, second, _ = two_pulls()
    tell([second])
    ApprovalFactory.create(change=change)

    tell([first])

    assert [p.number for p in PullRequest.objects.filter(change=change)] == [30]


@pytest.mark.parametrize("state", [State.SUBMITTED, State.DRAFT])
def test_linked_by_hand_stays(state: State, change: ChangeRequest) -> None:
    change.state = state
    change.save()
    tell(from_github(another_pull(30, 14)))
    PullRequest.objects.update(names_change=None)

    tell(from_github(another_pull(29, 12)))

    assert [p.number for p in PullRequest.objects.filter(change=change)] == [30]


def test_earliest_outcome_is_the_one(change: ChangeRequest) -> None:
    events = from_github(
        *session.life_of_a_change()[:15],
        deployed(12, 70),
        deployment_state(12, 70, "success", 90),
        deployment_state(12, 70, "failure", 80),
    )

    tell(events)

    change.refresh_from_db()
    ended = Deployment.objects.get()
    assert (ended.outcome, ended.finished_at) == (DeploymentOutcome.FAILED, session.moment(80))
    assert ended.started_at == session.moment(70)
    assert change.state == State.SUBMITTED
