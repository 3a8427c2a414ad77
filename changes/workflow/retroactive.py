"""A change request opened after the fact, for what went to production without one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Commit, Deployment, Person, System
from changes.vocabulary import Attribution, Origin
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.requests import draft_request
from changes.workflow.sources import link_pull_request


@transaction.atomic
def open_retroactive_request(
    *,
    actor: Person,
    at: datetime,
    values: Mapping[str, Any],
    systems: Iterable[System] = (),
    commit: Commit | None = None,
    deployment: Deployment | None = None,
) -> ChangeRequest:
    """A draft marked `retroactive`, linked to the commit or the deployment that lacked one. It
    counts in the quarter of what it is about, and shows no authorization before deployment.
    """
    if (commit is None) == (deployment is None):
        raise Invalid({"commit": "Name one commit or one deployment that lacks a request."})
    change = draft_request(actor=actor, at=at, values=values, systems=systems)
    change.origin = Origin.RETROACTIVE
    if commit:
        change.counted_at = _take_commit(commit, change, actor, at)
    if deployment:
        change.counted_at = _take_deployment(deployment, change, actor, at)
    change.save()
    announce(Announcement("change.opened_late", change, at, actor, change))
    return change


def _take_commit(commit: Commit, change: ChangeRequest, actor: Person, at: datetime) -> datetime:
    """With its whole pull request where it has one; a direct push by itself."""
    commit = Commit.objects.select_for_update().get(pk=commit.pk)
    pull = commit.pull_request
    if commit.change_id or (pull and pull.change_id):
        raise NotNow(f"{commit} belongs to {commit.change or (pull and pull.change)} already.")
    if pull:
        link_pull_request(
            request=change, repository=pull.repository, number=pull.number, actor=actor, at=at
        )
    else:
        commit.change, commit.attribution = change, Attribution.NONE
        commit.save()
        announce(Announcement("commit.linked", commit, at, actor, change))
    return commit.committed_at


def _take_deployment(
    deployment: Deployment, change: ChangeRequest, actor: Person, at: datetime
) -> datetime:
    deployment = Deployment.objects.select_for_update().get(pk=deployment.pk)
    if deployment.change_id:
        raise NotNow(f"{deployment} belongs to {deployment.change} already.")
    deployment.change = change
    deployment.save()
    announce(Announcement("deployment.linked", deployment, at, actor, change))
    return deployment.started_at
