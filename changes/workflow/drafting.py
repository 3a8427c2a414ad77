"""Keeping a draft as a person typed it: the request and the pull request it names, in one go."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.intake.pull_request_urls import PullRequestUrl
from changes.models import ChangeRequest, Person, PullRequest, Repository, System
from changes.vocabulary import DocumentKind
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.requests import draft_request, edit_request
from changes.workflow.sources import link_pull_request


@transaction.atomic
def keep_draft(
    *,
    request: ChangeRequest | None,
    actor: Person,
    at: datetime,
    values: Mapping[str, Any],
    systems: Iterable[System] = (),
    documents: Iterable[DocumentKind] = (),
    pull_request: PullRequestUrl | None = None,
) -> ChangeRequest:
    """A new draft where `request` is None, else an edit of it. Either all is kept or nothing."""
    related: dict[str, Any] = {"systems": systems, "documents": documents}
    if request is None:
        change = draft_request(actor=actor, at=at, values=values, **related)
    else:
        change = edit_request(request=request, actor=actor, at=at, values=values, **related)
    if pull_request:
        _link(change, pull_request, actor, at)
    return change


def _link(
    change: ChangeRequest, address: PullRequestUrl, actor: Person, at: datetime
) -> PullRequest:
    """Of a repository that is known, or is made known by this address."""
    repository, is_new = Repository.objects.get_or_create(
        name=address.repository,
        defaults={"host": address.host, "url": address.repository_url},
    )
    if is_new:
        announce(Announcement("repository.added", repository, at, actor, change))
    elif repository.host and repository.host != address.host:
        known = f"{repository.name} is known at {repository.host}, not at {address.host}."
        raise Invalid({"pull_request_url": known})
    try:
        return link_pull_request(
            request=change,
            repository=repository,
            number=address.number,
            actor=actor,
            at=at,
            url=address.url,
        )
    except NotNow as taken:
        raise Invalid({"pull_request_url": str(taken)}) from taken
