"""Commits, deployments and change requests against one another; pure, one item at a time.

Matched: linked to a request that was dated before the deployment. Late: linked to one that was
imported, opened after the fact or dated later. Everything else is unmatched and says why. See
docs/decisions/0080-what-is-reconciled-with-what.md.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime

from changes.quarters import Quarter
from changes.vocabulary import Origin, State, label
from evidence.reconciliation.carried import first_carried
from evidence.reconciliation.facts import (
    ChangeFacts,
    CommitFacts,
    DeploymentFacts,
    Item,
    Kind,
    Match,
    RequestFacts,
)

ENDED_EARLY = (State.WITHDRAWN, State.REJECTED)
NOT_ASKED = (State.DRAFT, *ENDED_EARLY)
Result = tuple[Match, str]
First = MutableMapping[int, datetime]


def against(request: RequestFacts, production_at: datetime | None) -> Result:
    """A request against the moment from which what it asks for was in production, if any."""
    if request.origin is Origin.IMPORTED:
        return Match.MATCHED_LATE, f"{request.key} was made by an import, after the fact."
    if request.origin is Origin.RETROACTIVE:
        return Match.MATCHED_LATE, f"{request.key} was opened after the fact."
    if request.submitted_at is None or request.state is State.DRAFT:
        return Match.UNMATCHED, f"{request.key} was drafted and never submitted."
    if request.state in ENDED_EARLY:
        return Match.UNMATCHED, f"{request.key} was {request.state}: no request stands for it."
    if production_at is not None and request.submitted_at >= production_at:
        return Match.MATCHED_LATE, (
            f"{request.key} was submitted at {_utc(request.submitted_at)}, after it reached"
            f" production at {_utc(production_at)}."
        )
    return Match.MATCHED, ""


def match_commits(
    commits: Sequence[CommitFacts],
    deployments: Iterable[tuple[datetime, str]],
    quarter: Quarter,
    first: First,
) -> Iterator[Item]:
    """The quarter's commits of one repository; later ones only tell which deployment carried them.

    `first` is filled: number of a request to the first moment of one of its commits in production.
    """
    parents = {commit.sha: commit.parents for commit in commits}
    carried = first_carried(parents, deployments)
    for commit in commits:
        if quarter.contains(commit.committed_at):
            at = _in_production(commit, carried)
            if commit.request and at:
                number = commit.request.number
                first[number] = min(at, first.get(number, at))
            yield _commit(commit, at)


def _in_production(commit: CommitFacts, carried: Mapping[str, datetime]) -> datetime | None:
    """The first deployment that is known. Where none can be known, the production branch stands
    for production.
    """
    own = commit.request.deployed_at if commit.request else None
    known = [at for at in (own, carried.get(commit.sha)) if at]
    if known:
        return min(known)
    return None if commit.sees_deployments else commit.reached_at


def _commit(commit: CommitFacts, production_at: datetime | None) -> Item:
    match, reason = (
        against(commit.request, production_at)
        if commit.request
        else (Match.UNMATCHED, _why_commit(commit))
    )
    return Item(
        Kind.COMMIT,
        commit.sha,
        match,
        reason,
        commit.committed_at,
        key=commit.request.key if commit.request else "",
        repository=commit.repository,
        revision=commit.sha,
        person=commit.author,
        text=commit.subject,
    )


def _why_commit(commit: CommitFacts) -> str:
    if commit.pull_request is not None:
        return f"Pull request #{commit.pull_request} belongs to no change request."
    what = "A revert on" if commit.is_revert else "On"
    return f"{what} the production branch without a pull request: no change request covers it."


def match_deployment(deployment: DeploymentFacts) -> Item:
    """A staged, failed or repeated deployment counts like any other to production."""
    request, at = deployment.request, deployment.started_at
    match, reason = (
        against(request, at) if request else (Match.UNMATCHED, _why_deployment(deployment))
    )
    names = (deployment.repository, deployment.revision or "no revision")
    return Item(
        Kind.DEPLOYMENT,
        f"{'@'.join(name for name in names if name)} {_utc(at)}",
        match,
        reason,
        at,
        key=request.key if request else "",
        repository=deployment.repository,
        revision=deployment.revision,
        person=deployment.started_by,
    )


def _why_deployment(deployment: DeploymentFacts) -> str:
    if not deployment.revision:
        return "Deployed to production without naming a revision or a change request."
    return "Deployed to production without a change request, at a revision that belongs to none."


def match_change(change: ChangeFacts, first: Mapping[int, datetime]) -> Item | None:
    """None for a request that was never asked for in earnest, or no longer, and is nowhere in
    production: there is nothing to reconcile.
    """
    request = change.request
    if not change.has_commits and request.deployed_at is None:
        if request.state in NOT_ASKED:
            return None
        state = label(request.state)
        reason = f"It is {state}: no commit on a production branch and no deployment is its own."
        return _change(change, Match.UNMATCHED, reason)
    known = [at for at in (request.deployed_at, first.get(request.number)) if at]
    if not known and not change.sees_deployments and change.reached_at:
        known = [change.reached_at]
    return _change(change, *against(request, min(known, default=None)))


def _change(change: ChangeFacts, match: Match, reason: str) -> Item:
    request = change.request
    return Item(
        Kind.CHANGE,
        request.key,
        match,
        reason,
        change.counted_at,
        key=request.key,
        text=change.title,
    )


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
