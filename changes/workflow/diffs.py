"""The diffs of pull requests: from a clone on this machine, else from the host.

They say whether an approval still stands after a rebase, and which files are touched. Fetched
after the delivery is handled, tried again while the host is silent, given up in the end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from changes import clock
from changes.announcements import Announcement, announce
from changes.intake.commits import Unusable
from changes.intake.git_diff import clone_in, diff_in
from changes.intake.hosts import PROVIDERS
from changes.intake.hosts.diffs import Diff, WantedDiff
from changes.intake.patch_ids import patch_id
from changes.models import DiffFetch, PullRequest, PullRequestDiff, Repository
from changes.outward.asking import ask_host
from changes.outward.hosts import LONGEST_WAIT, Answer, Fate, HostAccess
from changes.queries.hosts import hosts_to_ask

LIMIT = 50
FIRST_WAIT, GIVEN_UP_AFTER = timedelta(seconds=20), timedelta(days=7)
CLONE = "a clone on this machine"
EMPTY = "The diff is empty."
DOUBTFUL = "Whether the merge brought one commit or several is not known, so neither is its diff."


@dataclass(frozen=True)
class Source:
    """Where diffs of a repository can be had."""

    clone: Path | None
    access: HostAccess | None


def want_diffs(pull: PullRequest, at: datetime) -> None:
    """Those of its head and, once it is merged, of what the merge brought."""
    if pull.head_revision and source_of(pull.repository):
        merged = {pull.merge_revision} if pull.merged_at else set()
        for revision in sorted({pull.head_revision, *merged} - {""}):
            DiffFetch.objects.get_or_create(
                pull_request=pull,
                revision=revision,
                defaults={"wanted_at": at, "not_before": at},
            )


def source_of(repository: Repository) -> Source | None:
    folder = settings.GIT_CLONES_DIR
    clone = clone_in(Path(folder), repository.name) if folder else None
    access = hosts_to_ask().get(repository.host)
    return Source(clone, access) if clone or access else None


def fetch_diffs() -> int:
    """Those that are due. Says how many were tried."""
    now = clock.now()
    for pull in _never_wanted()[:LIMIT]:
        want_diffs(pull, now)
    due = DiffFetch.objects.filter(is_over=False, not_before__lte=now)
    rows = list(due.select_related("pull_request__repository").order_by("not_before", "pk")[:LIMIT])
    for fetch in rows:
        _try(fetch)
    return len(rows)


def _never_wanted() -> QuerySet[PullRequest]:
    """Open ones from before there was a token or a clone."""
    pulls = PullRequest.objects.filter(is_open=True, diff_fetches=None).exclude(head_revision="")
    hosts = Q() if settings.GIT_CLONES_DIR else Q(repository__host__in=list(hosts_to_ask()))
    return pulls.filter(hosts).select_related("repository").order_by("-pk")


def _try(fetch: DiffFetch) -> None:
    """Claimed before the call, so that two workers do not both make it."""
    now = clock.now()
    wait = min(FIRST_WAIT * 2 ** min(fetch.attempts, 8), LONGEST_WAIT)
    claimed = DiffFetch.objects.filter(pk=fetch.pk, is_over=False, not_before=fetch.not_before)
    if not claimed.update(attempts=F("attempts") + 1, not_before=now + wait):
        return
    found, source = _found(fetch, now)
    put_off = _kept(fetch, found, source) if isinstance(found, Diff) else found
    if put_off is not None:
        _put_off(fetch, put_off, now, wait)


def _found(fetch: DiffFetch, now: datetime) -> tuple[Diff | Answer, str]:
    """From the clone; where that does not have it, from the host."""
    pull = fetch.pull_request
    source, wanted = source_of(pull.repository), _wanted(fetch)
    found: Diff | Answer = Answer(Fate.LATER, "No token and no clone is configured any more.")
    if source and source.clone:
        try:
            return diff_in(source.clone, wanted), CLONE
        except Unusable as error:
            found = Answer(Fate.LATER, str(error))
    if source and source.access:
        ask = PROVIDERS[source.access.kind].diff_of
        if ask:
            return ask_host(source.access, ask(wanted), now), pull.repository.host
    return found, ""


def _wanted(fetch: DiffFetch) -> WantedDiff:
    pull = fetch.pull_request
    return WantedDiff(
        repository=pull.repository.name,
        number=pull.number,
        revision=fetch.revision,
        branch=pull.repository.production_branch,
        is_merge=fetch.revision != pull.head_revision and fetch.revision == pull.merge_revision,
        commit_count=pull.commit_count,
        merged_as=pull.merge_revision if pull.merged_at else "",
    )


def _kept(fetch: DiffFetch, diff: Diff, source: str) -> Answer | None:
    """None once it is kept; else why it is to be tried again."""
    try:
        ids = [patch_id(text) for text in diff.texts]
    except Unusable as error:
        return Answer(Fate.REFUSED, str(error))
    chosen, problem = ids[0] if len(ids) == 1 else "", diff.problem
    if len(ids) > 1:
        if _head_is_awaited(fetch):
            return Answer(Fate.LATER, "It waits for the diff of the head.")
        known = PullRequestDiff.objects.filter(pull_request=fetch.pull_request, patch_id__in=ids)
        chosen = known.values_list("patch_id", flat=True).first() or ""
        problem = "" if chosen else DOUBTFUL
    elif not chosen:
        problem = problem or EMPTY
    row = PullRequestDiff(
        pull_request=fetch.pull_request,
        revision=fetch.revision,
        patch_id=chosen,
        paths=None if diff.paths is None else list(diff.paths),
        source=source[:60],
        problem=problem[:300],
        told_at=clock.now(),
    )
    _save(fetch, row)
    return None


def _head_is_awaited(fetch: DiffFetch) -> bool:
    others = DiffFetch.objects.filter(pull_request=fetch.pull_request, is_over=False)
    return others.exclude(pk=fetch.pk).exists()


def _save(fetch: DiffFetch, row: PullRequestDiff) -> None:
    try:
        with transaction.atomic():
            row.save()
            DiffFetch.objects.filter(pk=fetch.pk).update(is_over=True, problem=row.problem)
            change = row.pull_request.change
            announce(Announcement("pull_request.diff_told", row, row.told_at, None, change))
    except IntegrityError:  # another worker kept it just now
        DiffFetch.objects.filter(pk=fetch.pk).update(is_over=True)


def _put_off(fetch: DiffFetch, answer: Answer, now: datetime, wait: timedelta) -> None:
    """A refusal may be healed by a new token: it is tried again after an hour."""
    not_before = answer.not_before or now + wait
    if answer.fate is Fate.REFUSED:
        not_before = now + LONGEST_WAIT
    is_over = now - fetch.wanted_at > GIVEN_UP_AFTER
    DiffFetch.objects.filter(pk=fetch.pk).update(
        problem=answer.sentence[:300], not_before=not_before, is_over=is_over
    )
