"""GitLab: pipelines, jobs, deployments and releases, from its documentation of webhooks."""

from collections.abc import Sequence
from typing import Any

from changes.intake.hosts.fields import Fields
from changes.intake.hosts.gitlab_source import common, who
from changes.intake.hosts.notices import (
    DeploymentNotice,
    NewsNotice,
    Notice,
    RunNotice,
)
from changes.vocabulary import DeploymentOutcome, RunOutcome

_OUTCOMES = {
    "success": RunOutcome.PASSED,
    "failed": RunOutcome.FAILED,
    "canceled": RunOutcome.CANCELLED,
    "skipped": RunOutcome.CANCELLED,
}
_DEPLOYMENTS = {
    "success": DeploymentOutcome.SUCCEEDED,
    "failed": DeploymentOutcome.FAILED,
    "canceled": DeploymentOutcome.FAILED,
}


def pipeline_of(payload: Fields) -> Sequence[Notice]:
    fields = payload.object("object_attributes")
    pulls = payload.maybe_object("merge_request")
    values = common(payload)
    revision, branch = fields.sha("sha"), fields.maybe_text("ref")
    jobs = tuple(_job(job, values, revision, branch) for job in payload.objects("builds"))
    status = fields.text("status")
    return [
        RunNotice(
            **values,
            kind="pipeline",
            identity=str(fields.number("id")),
            name=fields.maybe_text("name") or "pipeline",
            revision=revision,
            branch=branch,
            status=status,
            conclusion=status,
            outcome=_OUTCOMES.get(status),
            started_at=fields.maybe_instant("created_at"),
            finished_at=fields.maybe_instant("finished_at"),
            pulls=(pulls.number("iid"),) if pulls else (),
            url=fields.maybe_text("url") or "",
            jobs=jobs,
        ),
        *jobs,
    ]


def _job(job: Fields, values: dict[str, Any], revision: str, branch: str | None) -> RunNotice:
    status = job.text("status")
    return RunNotice(
        **values,
        kind="job",
        identity=str(job.number("id")),
        name=job.text("name"),
        stage=job.maybe_text("stage") or "",
        revision=revision,
        branch=branch,
        status=status,
        conclusion=status,
        outcome=_OUTCOMES.get(status),
        started_at=job.maybe_instant("started_at"),
        finished_at=job.maybe_instant("finished_at"),
    )


def job_of(payload: Fields) -> Sequence[Notice]:
    status = payload.text("build_status")
    return [
        RunNotice(
            **common(payload),
            kind="job",
            identity=str(payload.number("build_id")),
            name=payload.text("build_name"),
            stage=payload.maybe_text("build_stage") or "",
            revision=payload.sha("sha"),
            branch=payload.maybe_text("ref"),
            status=status,
            conclusion=status,
            outcome=_OUTCOMES.get(status),
            started_at=payload.maybe_instant("build_started_at"),
            finished_at=payload.maybe_instant("build_finished_at"),
        )
    ]


def deployment_of(payload: Fields) -> Sequence[Notice]:
    """The whole revision stands in the commit's address only."""
    status, at = payload.text("status"), payload.maybe_instant("status_changed_at")
    tier = payload.maybe_text("environment_tier")
    user = payload.maybe_object("user")
    return [
        DeploymentNotice(
            **common(payload),
            identity=_deployment_identity(payload),
            revision=_whole_revision(payload),
            ref=payload.maybe_text("ref") or "",
            environment=payload.text("environment"),
            is_production=None if tier is None else tier == "production",
            started_at=at,
            started_by=who(user) if user else None,
            state=status,
            state_at=at,
            outcome=_DEPLOYMENTS.get(status),
            url=payload.maybe_text("deployable_url") or "",
        )
    ]


def _deployment_identity(payload: Fields) -> str:
    """Older versions of GitLab do not number deployments: the job that makes it stands for it."""
    if not payload.has("deployment_id") and payload.has("deployable_id"):
        return f"gitlab:job-{payload.number('deployable_id')}"
    return f"gitlab:{payload.number('deployment_id')}"


def _whole_revision(payload: Fields) -> str:
    short = payload.text("short_sha").lower()
    last = (payload.maybe_text("commit_url") or "").rstrip("/").rpartition("/")[2].lower()
    if last.startswith(short):
        return Fields({"commit_url": last}, payload.path).sha("commit_url")
    return short


def release_of(payload: Fields) -> Sequence[Notice]:
    commit = payload.maybe_object("commit")
    details = {
        "tag": payload.text("tag"),
        "action": payload.maybe_text("action"),
        "commit": commit.maybe_sha("id") if commit else None,
    }
    at = payload.maybe_instant("released_at") or payload.maybe_instant("created_at")
    values = common(payload, payload.maybe_text("action"))
    return [NewsNotice(**values, kind="release", name=payload.text("tag"), at=at, details=details)]
