"""GitHub: pull requests, reviews and pushes, from its documentation of webhook events."""

from typing import Any

from changes.intake.hosts.fields import Fields, host_of
from changes.intake.hosts.notices import (
    PullNotice,
    PushedCommit,
    PushNotice,
    RepositoryName,
    ReviewNotice,
    Who,
)
from changes.vocabulary import PersonKind, ReviewState

HOST = "github.com"
REVIEWS = {
    "approved": ReviewState.APPROVED,
    "changes_requested": ReviewState.CHANGES_REQUESTED,
    "commented": ReviewState.COMMENTED,
    "dismissed": ReviewState.DISMISSED,
}


def common(payload: Fields) -> dict[str, Any]:
    sender = payload.maybe_object("sender")
    return {
        "repository": repository_of(payload.object("repository")),
        "action": payload.maybe_text("action"),
        "sender": who(sender) if sender else None,
    }


def repository_of(fields: Fields) -> RepositoryName:
    url = fields.maybe_text("html_url") or fields.maybe_text("url") or ""
    return RepositoryName(
        host=host_of(url, HOST),
        name=fields.text("full_name"),
        url=url,
        default_branch=fields.maybe_text("default_branch") or "",
    )


def who(fields: Fields) -> Who:
    login = fields.text("login")
    is_bot = fields.maybe_text("type") == "Bot" or login.endswith("[bot]")
    return Who(login, kind=PersonKind.BOT if is_bot else PersonKind.HUMAN)


def maybe_who(fields: Fields, key: str) -> Who | None:
    inner = fields.maybe_object(key)
    return who(inner) if inner else None


def pull_of(payload: Fields) -> PullNotice:
    fields = payload.object("pull_request")
    head, base = fields.object("head"), fields.object("base")
    source = head.maybe_object("repo")
    return PullNotice(
        **common(payload),
        number=fields.number("number"),
        title=fields.text("title"),
        body=fields.maybe_text("body"),
        url=fields.maybe_text("html_url") or "",
        author=maybe_who(fields, "user"),
        state=fields.text("state"),
        is_merged=_is_merged(fields),
        is_draft=fields.maybe_flag("draft"),
        head_revision=head.sha("sha"),
        head_branch=head.text("ref"),
        head_repository=source.text("full_name") if source else None,
        base_branch=base.text("ref"),
        merge_revision=fields.maybe_sha("merge_commit_sha"),
        merged_by=maybe_who(fields, "merged_by"),
        merged_at=fields.maybe_instant("merged_at"),
        opened_at=fields.maybe_instant("created_at"),
        closed_at=fields.maybe_instant("closed_at"),
        updated_at=fields.maybe_instant("updated_at"),
        commits=fields.maybe_number("commits"),
        changed_files=fields.maybe_number("changed_files"),
        old_revision=payload.maybe_sha("before"),
    )


def _is_merged(fields: Fields) -> bool | None:
    """A short pull request, as reviews carry it, tells it by the time alone, if at all."""
    stated = fields.maybe_flag("merged")
    return True if stated is None and fields.has("merged_at") else stated


def review_of(payload: Fields) -> ReviewNotice:
    fields, pull = payload.object("review"), pull_of(payload)
    return ReviewNotice(
        **common(payload),
        pull=pull,
        number=pull.number,
        reviewer=maybe_who(fields, "user"),
        state=REVIEWS.get(fields.text("state").lower()),
        revision=fields.maybe_sha("commit_id"),
        submitted_at=fields.maybe_instant("submitted_at"),
        updated_at=fields.maybe_instant("updated_at") or pull.updated_at,
    )


def push_of(payload: Fields) -> PushNotice:
    head = payload.maybe_object("head_commit")
    repository = payload.object("repository")
    stated = "pushed_at" if repository.has("pushed_at") else ""
    return PushNotice(
        **common(payload),
        ref=payload.text("ref"),
        before=payload.sha("before"),
        after=payload.sha("after"),
        is_created=bool(payload.maybe_flag("created")),
        is_deleted=bool(payload.maybe_flag("deleted")),
        is_forced=bool(payload.maybe_flag("forced")),
        head=head.sha("id") if head else None,
        commits=tuple(_commit(fields) for fields in payload.objects("commits")),
        pushed_at=repository.maybe_instant(stated) if stated else None,
    )


def _commit(fields: Fields) -> PushedCommit:
    committer = fields.maybe_object("committer")
    return PushedCommit(
        sha=fields.sha("id"),
        message=fields.text("message"),
        committed_at=fields.instant("timestamp"),
        author=signature(fields.object("author")),
        committer=signature(committer) if committer else None,
        url=fields.maybe_text("url") or "",
        paths=tuple(sorted({p for k in ("added", "modified", "removed") for p in fields.texts(k)})),
    )


def signature(fields: Fields) -> Who:
    """Of a commit: a login only where the host knows whose it is."""
    login = fields.maybe_text("username") or fields.maybe_text("login") or ""
    name, email = fields.maybe_text("name") or "", fields.maybe_text("email") or ""
    is_bot = login.endswith("[bot]") or name.endswith("[bot]")
    return Who(login, name, email, PersonKind.BOT if is_bot else PersonKind.HUMAN)
