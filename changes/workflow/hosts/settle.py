"""What belongs together, derived anew from all that is known of a repository.

The caller holds the repository's row. Nothing here depends on what was learnt first.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Q

from changes.announcements import Announcement, announce
from changes.intake.attribution import named_number
from changes.models import ChangeRequest, Commit, PullRequest, Repository
from changes.vocabulary import Attribution, Origin, State
from changes.workflow.hosts.linking import link_deployments
from changes.workflow.refusals import Refusal
from changes.workflow.sources import link_pull_request

ENDED = (State.REJECTED, State.WITHDRAWN, State.RECORDED)


def known_pull(repository: Repository, number: int, at: datetime) -> PullRequest:
    """The row, made where it is not there yet: another delivery will say more of it."""
    pull, is_new = PullRequest.objects.get_or_create(repository=repository, number=number)
    if is_new:
        announce(Announcement("pull_request.recorded", pull, at))
    return pull


def settle_pull(pull: PullRequest, at: datetime) -> None:
    """Its commits, its change, and the deployments of them."""
    commits = Commit.objects.filter(repository=pull.repository).filter(
        Q(pull_request=pull) | _could_belong(pull)
    )
    settle_commits(pull.repository, list(commits), at, also=[pull])


def settle_commits(
    repository: Repository,
    commits: Iterable[Commit],
    at: datetime,
    also: Iterable[PullRequest] = (),
) -> None:
    pulls = {pull.pk: pull for pull in also}
    for commit in commits:
        before = commit.pull_request
        _attribute(commit)
        for pull in (before, commit.pull_request):
            if pull is not None:
                pulls.setdefault(pull.pk, pull)
    for pull in pulls.values():
        _link(pull, at)
        _count(pull)
        link_deployments(repository, pull)


def _could_belong(pull: PullRequest) -> Q:
    condition = Q(pk=None)
    if pull.merge_revision:
        condition |= Q(sha=pull.merge_revision) | Q(brought_in_by=pull.merge_revision)
    if pull.head_revision:
        condition |= Q(sha=pull.head_revision)
    if pull.head_branch:
        # Of the commits that no pull request has; SQLite cannot look into a list of JSON.
        condition |= Q(pull_request=None, branches__icontains=f'"{pull.head_branch}"') | Q(
            pull_request__head_branch=pull.head_branch
        )
    return condition


def _attribute(commit: Commit) -> None:
    pull, how = _owner(commit)
    if (commit.pull_request_id, commit.attribution) == (pull.pk if pull else None, how):
        return
    commit.pull_request, commit.attribution = pull, how
    commit.save()
    change = pull.change if pull else None
    announce(Announcement("commit.attributed", commit, commit.committed_at, commit.author, change))


def _owner(commit: Commit) -> tuple[PullRequest | None, Attribution]:
    """Contract, attribution of commits; then by the branch from which they are to be merged."""
    of_repository = PullRequest.objects.filter(repository_id=commit.repository_id)
    number, how = named_number(commit.subject)
    if number is not None and commit.on_production_branch:
        return known_pull(commit.repository, number, commit.committed_at), how
    entry = commit.brought_in_by or commit.sha
    if commit.on_production_branch:
        merged = of_repository.filter(merge_revision=entry).order_by("number").first()
        if merged and (commit.sha == entry or _is_of_merge(merged, entry)):
            return merged, Attribution.MERGE_COMMIT
    owner = (
        _of_branch(commit)
        or of_repository.filter(head_revision=commit.sha).order_by("number").first()
    )
    if owner:
        return owner, Attribution.LINK
    if commit.attribution in (Attribution.SUBJECT, Attribution.MERGE_SUBJECT):
        return commit.pull_request, Attribution(commit.attribution)
    return None, Attribution.NONE


def _is_of_merge(pull: PullRequest, entry: str) -> bool:
    """A host's merge brings the commits of the pull request and one more at most. A push by hand
    that ends in the same commit may bring others: those stay without.
    """
    brought = Commit.objects.filter(repository_id=pull.repository_id).filter(
        Q(sha=entry) | Q(brought_in_by=entry)
    )
    return pull.commit_count is not None and brought.count() <= pull.commit_count + 1


def _of_branch(commit: Commit) -> PullRequest | None:
    """The first pull request from that branch that was still open when the commit was made."""
    if not commit.branches:
        return None
    pulls = PullRequest.objects.filter(
        repository_id=commit.repository_id, head_branch__in=commit.branches
    )
    was_open = Q(closed_at=None) | Q(closed_at__gte=commit.committed_at)
    return pulls.filter(was_open).order_by("number").first()


def _link(pull: PullRequest, at: datetime) -> None:
    """To the change that its branch, title or body names, else a trailer of its commits. What a
    person linked by pasting the address stays as it is. Of several that name one change, it is the
    one that was opened first, whichever is told first.
    """
    if pull.change_id is not None:
        return
    number = pull.names_change or _named_by_commits(pull)
    change = ChangeRequest.objects.filter(number=number).first() if number else None
    if change is None or change.origin == Origin.IMPORTED or change.state in ENDED:
        return
    if not _makes_room(change, pull, at):
        return
    try:
        linked = link_pull_request(
            request=change,
            repository=pull.repository,
            number=pull.number,
            actor=pull.author,
            at=pull.opened_at or at,
            url=pull.url,
        )
    except Refusal:
        return  # the change has another pull request: this one stays in the list of unlinked
    pull.change, pull.linked_at = linked.change, linked.linked_at


def _makes_room(change: ChangeRequest, pull: PullRequest, at: datetime) -> bool:
    """Another one that also only names the change gives way to one that was opened before it, as
    long as nobody decided on it and nothing of it was deployed.
    """
    held = ChangeRequest.objects.select_for_update().get(pk=change.pk)
    others = list(held.pull_requests.exclude(pk=pull.pk))
    if not others:
        return True
    is_settled = held.approvals.exists() or held.deployments.exists()
    if is_settled or any(o.names_change != change.number or _rank(o) < _rank(pull) for o in others):
        return False
    for other in others:
        other.change = other.linked_at = None
        other.save()
        announce(Announcement("pull_request.unlinked", other, at, None, held))
    return True


def _rank(pull: PullRequest) -> tuple[datetime, str, int]:
    opened_at = pull.opened_at or datetime.max.replace(tzinfo=UTC)
    return opened_at, pull.repository.name, pull.number


def _named_by_commits(pull: PullRequest) -> int | None:
    named = pull.commits.filter(names_change__isnull=False).order_by("committed_at", "sha")
    return named.values_list("names_change", flat=True).first()


def _count(pull: PullRequest) -> None:
    """Without a deployment a change belongs to the quarter in which it reached the branch."""
    change = pull.change
    if change is None or not pull.merge_revision or change.deployments.exists():
        return
    merge = Commit.objects.filter(
        repository_id=pull.repository_id, sha=pull.merge_revision, on_production_branch=True
    ).first()
    if merge and change.counted_at != merge.committed_at:
        held = ChangeRequest.objects.select_for_update().get(pk=change.pk)
        held.counted_at = merge.committed_at
        held.save()
        announce(Announcement("change.counted", held, merge.committed_at, None, held))
