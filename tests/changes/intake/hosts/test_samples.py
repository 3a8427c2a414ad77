"""Every payload of the samples reads to exactly the facts that others counted by hand."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from changes.intake.bodies import read_body
from changes.intake.hosts import PROVIDERS
from changes.intake.hosts.fields import Fields
from changes.intake.hosts.github_read import READERS, WITHOUT_USE
from changes.intake.hosts.notices import (
    AlertNotice,
    DeploymentNotice,
    NewsNotice,
    Notice,
    PullNotice,
    PushNotice,
    ReviewNotice,
    RunNotice,
)

SAMPLES = Path(__file__).parents[3] / "samples" / "webhooks"


def expected_in(folder: str) -> dict[str, dict[str, Any]]:
    files: dict[str, dict[str, Any]] = json.loads((SAMPLES / folder / "expected.json").read_text())[
        "files"
    ]
    return files


def payload_in(folder: str, name: str) -> dict[str, Any]:
    return read_body((SAMPLES / folder / name).read_bytes())


def in_zulu(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def pull_facts(pull: PullNotice) -> dict[str, Any]:
    return {
        "number": pull.number,
        "state": pull.state,
        "merged": pull.is_merged,
        "draft": pull.is_draft,
        "head_sha": pull.head_revision,
        "base_ref": pull.base_branch,
        "merge_commit_sha": pull.merge_revision,
        "author": pull.author.login if pull.author else None,
        "merged_by": pull.merged_by.login if pull.merged_by else None,
        "merged_at": in_zulu(pull.merged_at),
        "commits": pull.commits,
        "changed_files": pull.changed_files,
        "body_is_null": pull.body is None,
    }


def push_facts(push: PushNotice) -> dict[str, Any]:
    return {
        "ref": push.ref,
        "before": push.before,
        "after": push.after,
        "created": push.is_created,
        "deleted": push.is_deleted,
        "forced": push.is_forced,
        "commits": len(push.commits),
        "head_commit": push.head,
        "to_default_branch": push.is_to_default_branch,
    }


def run_facts(run: RunNotice, event: str) -> dict[str, Any]:
    if event == "status":
        return {
            "sha": run.revision,
            "state": run.status,
            "context": run.name,
            "branches": [*run.branches],
            "author_is_null": not run.has_author,
        }
    facts: dict[str, Any] = {
        "id": int(run.identity),
        "status": run.status,
        "conclusion": run.conclusion,
        "head_sha": run.revision,
        "pull_requests": [*run.pulls],
    }
    if event != "check_suite":
        facts["name"] = run.name
    if event != "check_run":
        facts["head_branch"] = run.branch
    if event in ("workflow_run", "workflow_job", "deployment_review"):
        facts["run_attempt"] = run.attempt
    return facts


def deployment_facts(deployment: DeploymentNotice) -> dict[str, Any]:
    return {
        "id": int(deployment.identity.removeprefix("github:")),
        "sha": deployment.revision,
        "ref": deployment.ref,
        "environment": deployment.environment,
        "production_environment": deployment.is_production,
        "task": deployment.task,
        "created_at": in_zulu(deployment.started_at),
    }


def github_facts(event: str, notice: Notice) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "x_github_event": event,
        "action": notice.action,
        "repository": notice.repository.name,
        "default_branch": notice.repository.default_branch,
        "sender": notice.sender.login if notice.sender else None,
    }
    match notice:
        case PullNotice():
            facts["pull_request"] = pull_facts(notice)
        case ReviewNotice():
            assert notice.pull
            assert notice.state
            assert notice.reviewer
            facts["pull_request"] = pull_facts(notice.pull)
            facts["review"] = {
                "state": notice.state.value,
                "reviewer": notice.reviewer.login,
                "commit_id": notice.revision,
                "submitted_at": in_zulu(notice.submitted_at),
                "by_pr_author": notice.is_of_author,
            }
        case PushNotice():
            facts["push"] = push_facts(notice)
        case RunNotice():
            facts[notice.kind] = run_facts(notice, event)
        case DeploymentNotice():
            facts["deployment"] = deployment_facts(notice)
            if notice.state is not None:
                facts["deployment_status"] = {
                    "id": int(notice.state_id),
                    "state": notice.state,
                    "environment": notice.state_environment,
                    "created_at": in_zulu(notice.state_at),
                }
        case NewsNotice() if notice.details:
            facts["alert" if "alert" in event else event] = dict(notice.details)
    return facts


@pytest.mark.parametrize("name", expected_in("github-webhooks"))
def test_github(name: str) -> None:
    expected = expected_in("github-webhooks")[name]
    event, payload = expected["x_github_event"], payload_in("github-webhooks", name)

    notice = {**READERS, **WITHOUT_USE}[event](Fields(payload))

    if event == "workflow_job" and "deployment" in expected:
        del expected["deployment"]  # the deployment has an event of its own
    assert github_facts(event, notice) == expected
    read = PROVIDERS["github"].read(event, payload)
    assert read == ([notice] if event in READERS else None)


def gitlab_facts(notices: Any) -> dict[str, Any]:
    first = notices[0]
    match first:
        case PullNotice():
            return {
                "iid": first.number,
                "state": first.state,
                "action": first.action,
                "source_branch": first.head_branch,
                "target_branch": first.base_branch,
                "last_commit": first.head_revision,
                "merge_commit_sha": first.merge_revision,
                "oldrev": first.old_revision,
                "draft": first.is_draft,
                "merged": first.is_merged,
            }
        case ReviewNotice():
            return {"noteable_type": first.action, "mr_iid": first.number}
        case PushNotice():
            return {
                "ref": first.ref,
                "before": first.before,
                "after": first.after,
                "checkout_sha": first.head,
                "commits": len(first.commits),
                "total_commits_count": first.total,
            }
        case RunNotice(kind="pipeline"):
            return {
                "id": int(first.identity),
                "status": first.status,
                "sha": first.revision,
                "ref": first.branch,
                "builds": len(first.jobs),
                "build_status": dict(Counter(job.status for job in first.jobs)),
                "mr_iid": first.pulls[0],
            }
        case RunNotice():
            return {
                "build_id": int(first.identity),
                "build_status": first.status,
                "sha": first.revision,
                "ref": first.branch,
            }
        case DeploymentNotice():
            return {
                "deployment_id": int(first.identity.removeprefix("gitlab:")),
                "status": first.state,
                "environment": first.environment,
                "short_sha": first.revision[:8],
            }
    assert isinstance(first, NewsNotice)
    return dict(first.details)


@pytest.mark.parametrize("name", expected_in("gitlab-webhooks"))
def test_gitlab(name: str) -> None:
    expected = expected_in("gitlab-webhooks")[name]
    event = expected.pop("x_gitlab_event")
    kind, project = expected.pop("object_kind"), expected.pop("project")
    payload = payload_in("gitlab-webhooks", name)
    if expected.get("state") == "opened":
        expected["state"] = "open"  # one word for both hosts

    notices = PROVIDERS["gitlab"].read(event, payload)

    assert notices
    assert gitlab_facts(notices) == expected
    assert payload["object_kind"] == kind
    if project is not None:
        assert {notice.repository.name for notice in notices} == {project}


@pytest.mark.parametrize("name", expected_in("vercel-webhooks"))
def test_vercel(name: str) -> None:
    expected, payload = expected_in("vercel-webhooks")[name], payload_in("vercel-webhooks", name)
    provider = PROVIDERS["vercel"]

    notices = provider.read(provider.event({}, payload), payload)

    assert notices
    (notice,) = notices
    assert isinstance(notice, DeploymentNotice)
    assert notice.started_at
    assert {
        "has_envelope": True,
        "type": notice.action,
        "id": provider.delivery_id({}, payload, "").partition(" ")[0],
        "createdAt": round(notice.started_at.timestamp() * 1000),
        "deployment_id": notice.identity.removeprefix("vercel:"),
        "project_id": notice.project,
        "target": None if notice.environment == "preview" else notice.environment,
        "url": notice.url,
        "commit_sha": notice.revision,
        "commit_ref": notice.ref,
    } == expected


@pytest.mark.parametrize("name", expected_in("alertmanager"))
def test_alertmanager(name: str) -> None:
    expected, payload = expected_in("alertmanager")[name], payload_in("alertmanager", name)

    alerts = PROVIDERS["alertmanager"].read("alerts", payload)

    assert alerts is not None
    assert all(isinstance(alert, AlertNotice) for alert in alerts)
    found: list[Any] = list(alerts)
    assert {
        "valid_json": True,
        "version": found[0].version,
        "status": found[0].group_status,
        "receiver": found[0].receiver,
        "has_group_key": found[0].group_key is not None,
        "alerts": len(found),
        "alert_status": dict(Counter(a.status or "(absent)" for a in found)),
        "alertnames": [*dict.fromkeys(a.name for a in found)],
        "fingerprints": [a.fingerprint for a in found],
        "starts_at": [a.starts_at_text for a in found],
        "zero_ends_at": sum(a.ends_at is None for a in found),
    } == expected
