"""The request, its pull requests and the decisions on it."""

from collections.abc import Iterator
from itertools import groupby

from changes.models import ChangeRequest, PullRequest
from changes.queries.judgements import Judgement
from changes.queries.timeline.moment import Moment
from changes.rules.approvals import why_not_counted
from changes.vocabulary import Decision, Origin, label


def request_moments(change: ChangeRequest) -> Iterator[Moment]:
    if change.origin == Origin.PORTAL:
        yield Moment(change.drafted_at, "draft", "Drafted", change.requester)
    if change.submitted_at:
        version = f"Judged by {change.policy_version}." if change.policy_version else ""
        yield Moment(
            change.submitted_at, "submitted", "Submitted", change.requester, lines=(version,)
        )
    for leave in change.window_exceptions.all():
        said = (leave.reason, f"Valid until {leave.valid_until:%Y-%m-%d %H:%M} UTC.")
        yield Moment(
            leave.approved_at,
            "window_exception",
            "Leave given to deploy outside the window",
            leave.approved_by,
            lines=said,
        )
    for release in change.releases.all():
        yield Moment(
            release.released_at,
            "release",
            "Released to production",
            release.person,
            release.revision,
        )
    if change.closed_at:
        yield Moment(change.closed_at, "closed", "Closed")


def pull_request_moments(pull: PullRequest) -> Iterator[Moment]:
    name = f"Pull request {pull}"
    if pull.opened_at:
        yield Moment(pull.opened_at, "pull_request", f"{name} opened", pull.author, url=pull.url)
    if pull.linked_at:
        yield Moment(pull.linked_at, "pull_request", f"{name} linked", url=pull.url)
    if pull.merged_at:
        yield Moment(
            pull.merged_at,
            "merged",
            f"{name} merged",
            pull.merged_by,
            pull.merge_revision,
            url=pull.url,
        )
    commits = list(pull.commits.all())
    for (_day, author), group in groupby(commits, lambda c: (c.committed_at.date(), c.author)):
        same = list(group)
        what = "1 commit" if len(same) == 1 else f"{len(same)} commits"
        subjects = tuple(commit.subject for commit in same)
        yield Moment(same[-1].committed_at, "commits", what, author, same[-1].sha, subjects)
    for review in pull.reviews.all():
        what = f"Review: {label(review.state)}"
        yield Moment(review.submitted_at, review.state, what, review.person, review.revision)


def approval_moments(judgement: Judgement) -> Iterator[Moment]:
    """With the reason, where an approval does not count any more."""
    approvals = judgement.change.approvals.all()
    for approval, facts in zip(approvals, judgement.facts.approvals, strict=True):
        is_approved = approval.decision == Decision.APPROVED
        void = why_not_counted(facts, judgement.facts) if is_approved else None
        lines = (approval.comment, f"Does not count: {void}" if void else "")
        yield Moment(
            approval.decided_at,
            "void" if void else approval.decision,
            f"{label(approval.decision).capitalize()} as {label(approval.role)}",
            approval.person,
            approval.revision,
            lines,
        )
