"""GitHub: checks, deployments, releases and rules, from its documentation of webhook events."""

from collections.abc import Callable
from datetime import datetime

from changes.intake.hosts.fields import Fields
from changes.intake.hosts.github_source import common, maybe_who
from changes.intake.hosts.notices import (
    DeploymentNotice,
    NewsNotice,
    RunNotice,
)
from changes.vocabulary import DeploymentOutcome, RunOutcome

# What GitHub calls neutral or skipped does not stop a merge there, but nothing was shown.
_OUTCOMES = {
    "success": RunOutcome.PASSED,
    "failure": RunOutcome.FAILED,
    "error": RunOutcome.FAILED,
    "timed_out": RunOutcome.FAILED,
    "startup_failure": RunOutcome.FAILED,
    "action_required": RunOutcome.FAILED,
    "cancelled": RunOutcome.CANCELLED,
    "neutral": RunOutcome.CANCELLED,
    "skipped": RunOutcome.CANCELLED,
    "stale": RunOutcome.CANCELLED,
}
_DEPLOYMENTS = {
    "success": DeploymentOutcome.SUCCEEDED,
    "failure": DeploymentOutcome.FAILED,
    "error": DeploymentOutcome.FAILED,
}


def check_of(payload: Fields) -> RunNotice:
    return _check(payload, "check_run", started="started_at", finished="completed_at")


def suite_of(payload: Fields) -> RunNotice:
    return _check(payload, "check_suite", started="created_at", finished="updated_at")


def workflow_of(payload: Fields) -> RunNotice:
    return _check(payload, "workflow_run", started="run_started_at", finished="updated_at")


def job_of(payload: Fields) -> RunNotice:
    return _check(payload, "workflow_job", started="started_at", finished="completed_at")


def _check(payload: Fields, kind: str, *, started: str, finished: str) -> RunNotice:
    fields = payload.object(kind)
    app = fields.maybe_object("app")
    conclusion = fields.maybe_text("conclusion")
    is_over = fields.text("status") == "completed"
    began = fields.maybe_instant(started) or fields.maybe_instant("created_at")
    return RunNotice(
        **common(payload),
        kind=kind,
        identity=str(fields.number("id")),
        name=_name(fields, app),
        revision=fields.sha("head_sha"),
        branch=fields.maybe_text("head_branch"),
        status=fields.text("status"),
        conclusion=conclusion,
        outcome=_OUTCOMES.get(conclusion or "") if is_over else None,
        started_at=began,
        finished_at=fields.maybe_instant(finished) if is_over else None,
        pulls=tuple(pull.number("number") for pull in fields.objects("pull_requests")),
        attempt=fields.maybe_number("run_attempt"),
        url=fields.maybe_text("html_url") or "",
    )


def _name(fields: Fields, app: Fields | None) -> str:
    """A suite has none: it is called after the app that runs it."""
    if fields.values.get("name") is not None:
        return fields.text("name")
    return (app.maybe_text("name") if app else None) or ""


def status_of(payload: Fields) -> RunNotice:
    state = payload.text("state")
    at = payload.maybe_instant("updated_at") or payload.maybe_instant("created_at")
    commit = payload.maybe_object("commit")
    return RunNotice(
        **common(payload),
        kind="status",
        identity=str(payload.number("id")),
        name=payload.text("context"),
        revision=payload.sha("sha"),
        status=state,
        conclusion=state,
        outcome=_OUTCOMES.get(state),
        started_at=at,
        finished_at=at,
        branches=tuple(branch.text("name") for branch in payload.objects("branches")),
        url=payload.maybe_text("target_url") or "",
        has_author=commit.has("author") if commit else None,
    )


def deployment_of(payload: Fields) -> DeploymentNotice:
    fields = payload.object("deployment")
    status = payload.maybe_object("deployment_status")
    state = status.text("state") if status else None
    return DeploymentNotice(
        **common(payload),
        identity=f"github:{fields.number('id')}",
        revision=fields.sha("sha"),
        ref=fields.text("ref"),
        environment=fields.text("environment"),
        is_production=fields.maybe_flag("production_environment"),
        task=fields.maybe_text("task") or "",
        started_at=fields.maybe_instant("created_at"),
        started_by=maybe_who(fields, "creator"),
        state=state,
        state_id=str(status.number("id")) if status else "",
        state_environment=status.maybe_text("environment") if status else None,
        state_at=status.maybe_instant("created_at") if status else None,
        outcome=_DEPLOYMENTS.get(state or ""),
        url=(status.maybe_text("target_url") if status else None) or "",
    )


def release_of(payload: Fields) -> NewsNotice:
    fields = payload.object("release")
    names = ("id", "tag_name", "target_commitish", "draft", "prerelease", "published_at")
    return _news(payload, "release", fields.text("tag_name"), fields, names)


def protection_of(payload: Fields) -> NewsNotice:
    fields = payload.object("rule")
    return _news(payload, "branch_protection_rule", fields.text("name"), fields)


def ruleset_of(payload: Fields) -> NewsNotice:
    fields = payload.object("repository_ruleset")
    names = ("id", "name", "target", "source_type", "source", "enforcement", "conditions", "rules")
    return _news(payload, "repository_ruleset", fields.text("name"), fields, names)


def alert_of(kind: str) -> Callable[[Fields], NewsNotice]:
    def read(payload: Fields) -> NewsNotice:
        fields = payload.object("alert")
        number = str(fields.number("number"))
        return _news(payload, kind, number, _alert_facts(fields))

    return read


def _alert_facts(fields: Fields) -> Fields:
    """The severity stands in the rule or the advisory, by kind."""
    rule = fields.maybe_object("rule") or fields.maybe_object("security_advisory")
    severity = rule.maybe_text("severity") if rule else None
    facts = {"number": fields.number("number"), "state": fields.text("state")}
    return Fields({**facts, "severity": severity})


def merge_group_of(payload: Fields) -> NewsNotice:
    fields = payload.object("merge_group")
    names = ("head_sha", "base_ref", "head_ref")
    return _news(payload, "merge_group", fields.text("head_ref"), fields, names)


def ping_of(payload: Fields) -> NewsNotice:
    return NewsNotice(**common(payload), kind="ping")


def _news(
    payload: Fields, kind: str, name: str, fields: Fields, names: tuple[str, ...] | None = None
) -> NewsNotice:
    """With those of its fields that are named, or with all."""
    keys = names if names is not None else tuple(fields.values)
    return NewsNotice(
        **common(payload),
        kind=kind,
        name=name,
        at=_latest(fields),
        details={key: fields.values.get(key) for key in keys},
    )


def _latest(fields: Fields) -> datetime | None:
    for key in ("updated_at", "published_at", "created_at"):
        if (at := fields.maybe_instant(key)) is not None:
            return at
    return None
