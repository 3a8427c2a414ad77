"""The status "change control" beside a commit: what is missing, with a link.

It is compared with what the record says now, so it does not matter which event changed it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from changes import clock
from changes.models import CommitStatus, PullRequest
from changes.outward.commit_status import (
    DESCRIPTION_MAXIMUM,
    CommitStatusText,
    send,
)
from changes.outward.hosts import Fate, HostAccess
from changes.queries.facts import facts_to_deploy
from changes.queries.hosts import hosts_to_ask
from changes.queries.judgements import reasons_against_deployment
from changes.rules.pipeline import RELEASE_RULE
from changes.rules.windows import RULE as WINDOW_RULE
from changes.vocabulary import State, Verdict

LIMIT = 200
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
UNLINKED = "No change request: put its key, like CHG-000042, into the title."
CLEAR = "Nothing is missing."


def send_statuses() -> int:
    """Says how many were tried. Does nothing for hosts of which no token is configured."""
    access = hosts_to_ask()
    if not access:
        return 0
    now = clock.now()
    for pull in _open_pulls(access):
        want_status(pull, now)
    due = list(_due(access, now)[:LIMIT])
    for status in due:
        _send(status, access[status.pull_request.repository.host])
    return len(due)


def want_status(pull: PullRequest, now: datetime) -> CommitStatus:
    """The row for its head; what differs from what was sent is to be sent."""
    text = status_text(pull, now)
    with transaction.atomic():
        status, is_new = CommitStatus.objects.select_for_update().get_or_create(
            pull_request=pull,
            revision=pull.head_revision,
            defaults={
                "state": text.state,
                "description": text.description,
                "not_before": now,
            },
        )
        if not is_new and (status.state, status.description) != (text.state, text.description):
            status.state, status.description = text.state, text.description
            status.is_sent, status.sent_at, status.attempts = False, None, 0
            status.not_before = now
            status.save()
    return status


def status_text(pull: PullRequest, now: datetime) -> CommitStatusText:
    root = settings.PORTAL_URL.rstrip("/")
    change = pull.change
    if change is None:
        return CommitStatusText("failure", UNLINKED, f"{root}/changes/")
    url = f"{root}/changes/{change.key}/"
    if change.state == State.DRAFT:
        return _text("pending", f"{change.key} is a draft: submit it.", url)
    # Whether the window is open is a matter of the hour, and staging comes after the merge.
    reasons = [
        reason
        for reason in reasons_against_deployment(
            facts_to_deploy(change), change.policy_version, now, pull.head_revision
        )
        if reason.rule not in (WINDOW_RULE, RELEASE_RULE)
    ]
    if not reasons:
        return _text("success", f"{change.key}: {CLEAR}", url)
    has_failed = any(reason.verdict is Verdict.FAILED for reason in reasons)
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    shown = reasons[0].sentence[: DESCRIPTION_MAXIMUM - len(more) - len(change.key) - 2]
    return _text("failure" if has_failed else "pending", f"{change.key}: {shown}{more}", url)


def _text(state: str, description: str, url: str) -> CommitStatusText:
    return CommitStatusText(state, description[:DESCRIPTION_MAXIMUM], url)


def _open_pulls(access: Mapping[str, HostAccess]) -> list[PullRequest]:
    pulls = PullRequest.objects.filter(
        is_open=True, merged_at=None, repository__host__in=list(access)
    ).exclude(head_revision="")
    return list(
        pulls.select_related("repository", "change__policy_version").order_by("-pk")[:LIMIT]
    )


def _due(access: Mapping[str, HostAccess], now: datetime) -> QuerySet[CommitStatus]:
    current = Q(revision=F("pull_request__head_revision"))
    return (
        CommitStatus.objects.filter(
            current,
            is_sent=False,
            not_before__lte=now,
            pull_request__repository__host__in=list(access),
        )
        .select_related("pull_request__repository", "pull_request__change")
        .order_by("not_before", "pk")
    )


def _send(status: CommitStatus, access: HostAccess) -> None:
    """Claimed before the call, so that two workers do not both make it."""
    now = clock.now()
    wait = min(FIRST_WAIT * 2 ** min(status.attempts, 7), LONGEST_WAIT)
    claimed = CommitStatus.objects.filter(
        pk=status.pk, is_sent=False, not_before=status.not_before
    ).update(attempts=F("attempts") + 1, not_before=now + wait)
    if not claimed:
        return
    change = status.pull_request.change
    path = f"{change.key}/" if change else ""
    text = CommitStatusText(
        status.state,
        status.description,
        f"{settings.PORTAL_URL.rstrip('/')}/changes/{path}",
    )
    answer = send(access, status.pull_request.repository.name, status.revision, text, now)
    same = CommitStatus.objects.filter(
        pk=status.pk, state=status.state, description=status.description
    )
    if answer.fate is Fate.SENT:
        same.update(is_sent=True, sent_at=clock.now(), problem="")
    else:
        not_before = answer.not_before or now + wait
        if answer.fate is Fate.REFUSED:
            not_before = now + LONGEST_WAIT
        same.update(problem=answer.sentence[:200], not_before=not_before)
