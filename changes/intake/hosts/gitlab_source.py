"""GitLab: merge requests, approvals, notes and pushes, from its documentation of webhooks."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from changes.intake.hosts.fields import Fields, host_of
from changes.intake.hosts.notices import (
    NewsNotice,
    Notice,
    PullNotice,
    PushedCommit,
    PushNotice,
    RepositoryName,
    ReviewNotice,
    Who,
)
from changes.vocabulary import ReviewState

HOST = "gitlab.com"
Reader = Callable[[Fields], Sequence[Notice]]
_REVIEWS = {
    "approved": ReviewState.APPROVED,
    "approval": ReviewState.APPROVED,
    "unapproved": ReviewState.DISMISSED,
    "unapproval": ReviewState.DISMISSED,
}
_STATES = {"opened": "open", "locked": "open"}


def common(payload: Fields, action: str | None = None) -> dict[str, Any]:
    user = payload.maybe_object("user")
    return {
        "repository": repository_of(payload),
        "action": action,
        "sender": who(user) if user else None,
    }


def repository_of(payload: Fields) -> RepositoryName:
    """Jobs carry no project of their own before GitLab 15.1; the path stands in an address."""
    project = payload.maybe_object("project")
    if project and project.has("path_with_namespace"):
        url = project.maybe_text("web_url") or ""
        return RepositoryName(
            host=host_of(url, HOST),
            name=project.text("path_with_namespace"),
            url=url,
            default_branch=project.maybe_text("default_branch") or "",
        )
    url = payload.object("repository").text("homepage")
    return RepositoryName(host_of(url, HOST), urlsplit(url).path.strip("/"), url)


def who(fields: Fields) -> Who:
    name, email = fields.maybe_text("name") or "", fields.maybe_text("email") or ""
    return Who(fields.maybe_text("username") or "", name, email if "@" in email else "")


def merge_request_of(payload: Fields) -> Sequence[Notice]:
    pull = _pull(payload)
    state = _REVIEWS.get(pull.action or "")
    if state is None:
        return [pull]
    return [
        pull,
        ReviewNotice(
            **common(payload, pull.action),
            pull=pull,
            number=pull.number,
            reviewer=who(payload.object("user")),
            state=state,
            revision=pull.head_revision,
            submitted_at=pull.updated_at,
        ),
    ]


def _pull(payload: Fields) -> PullNotice:
    fields = payload.object("object_attributes")
    is_merged, at = fields.text("state") == "merged", fields.maybe_instant("updated_at")
    values = common(payload, fields.maybe_text("action"))
    return PullNotice(
        **values,
        number=fields.number("iid"),
        title=fields.text("title"),
        body=fields.maybe_text("description"),
        url=fields.maybe_text("url") or "",
        author=_author(payload, fields),
        state=_STATES.get(fields.text("state"), fields.text("state")),
        is_merged=is_merged,
        is_draft=_is_draft(fields),
        head_revision=fields.object("last_commit").sha("id"),
        head_branch=fields.text("source_branch"),
        head_repository=_source(fields),
        base_branch=fields.text("target_branch"),
        merge_revision=fields.maybe_sha("merge_commit_sha"),
        merged_by=values["sender"] if is_merged and values["action"] == "merge" else None,
        merged_at=(fields.maybe_instant("merged_at") or at) if is_merged else None,
        opened_at=fields.maybe_instant("created_at"),
        closed_at=at if fields.text("state") in ("closed", "merged") else None,
        updated_at=at,
        old_revision=fields.maybe_sha("oldrev"),
    )


def _author(payload: Fields, fields: Fields) -> Who | None:
    """A merge request gives its author by number: the user whose number it is, where one of
    the payload's has it.
    """
    number = fields.maybe_number("author_id")
    people = [payload.maybe_object("user"), *payload.objects("assignees")]
    for person in (*people, *payload.objects("reviewers")):
        if person and number is not None and person.values.get("id") == number:
            return who(person)
    user = payload.maybe_object("user")
    is_opened = fields.maybe_text("action") == "open"
    return who(user) if user and is_opened and not user.has("id") else None


def _is_draft(fields: Fields) -> bool:
    return bool(fields.maybe_flag("draft") or fields.maybe_flag("work_in_progress"))


def _source(fields: Fields) -> str | None:
    source = fields.maybe_object("source")
    return source.maybe_text("path_with_namespace") if source else None


def note_of(payload: Fields) -> Sequence[Notice]:
    """A note on a merge request is a comment of a reviewer; other notes are news of no use."""
    fields = payload.object("object_attributes")
    merge_request = payload.maybe_object("merge_request")
    kind = fields.text("noteable_type")
    if kind != "MergeRequest" or merge_request is None:
        return [NewsNotice(**common(payload), kind="note", name=kind)]
    commit = merge_request.maybe_object("last_commit")
    return [
        ReviewNotice(
            **common(payload, kind),
            number=merge_request.number("iid"),
            reviewer=who(payload.object("user")),
            state=ReviewState.COMMENTED,
            revision=commit.sha("id") if commit else None,
            submitted_at=fields.maybe_instant("created_at"),
        )
    ]


def push_of(payload: Fields) -> Sequence[Notice]:
    project = repository_of(payload)
    login = payload.maybe_text("user_username") or ""
    zeros = set("0")
    before, after = payload.sha("before"), payload.sha("after")
    return [
        PushNotice(
            repository=project,
            sender=Who(login, payload.maybe_text("user_name") or ""),
            ref=payload.text("ref"),
            before=before,
            after=after,
            is_created=set(before) == zeros,
            is_deleted=set(after) == zeros,
            head=payload.maybe_sha("checkout_sha"),
            commits=tuple(_commit(fields) for fields in payload.objects("commits")),
            total=payload.maybe_number("total_commits_count"),
        )
    ]


def _commit(fields: Fields) -> PushedCommit:
    author = fields.object("author")
    name, email = author.maybe_text("name") or "", author.maybe_text("email") or ""
    return PushedCommit(
        sha=fields.sha("id"),
        message=fields.text("message"),
        committed_at=fields.instant("timestamp"),
        author=Who("", name, email),
        url=fields.maybe_text("url") or "",
        paths=tuple(sorted({p for k in ("added", "modified", "removed") for p in fields.texts(k)})),
    )
