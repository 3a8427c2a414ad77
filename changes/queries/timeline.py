"""The story of one change, as moments in the order in which they happened."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.db.models import Q

from changes.models import ChangeRequest, Deployment, GateResult, Person, PipelineRun, PullRequest
from changes.queries.judgements import Judgement
from changes.rules.approvals import why_not_counted
from changes.rules.gates import truncated_percent
from changes.vocabulary import Decision, Gate, Origin, StageResult, VerificationKind, label


@dataclass(frozen=True)
class Moment:
    """`word` chooses the icon; `lines` say more; `is_late` was recorded after the fact."""

    at: datetime
    word: str
    what: str
    person: Person | None = None
    revision: str = ""
    lines: tuple[str, ...] = ()
    url: str = ""
    is_late: bool = False


def timeline(judgement: Judgement) -> list[Moment]:
    """`judgement.change` is loaded with `with_record`; the rest takes a fixed number of queries."""
    change = judgement.change
    pulls = list(change.pull_requests.all())
    found = [
        *_request(change),
        *(moment for pull in pulls for moment in _pull_request(pull)),
        *_approvals(judgement),
        *_pipeline(change, pulls),
        *(moment for deployment in change.deployments.all() for moment in _rollout(deployment)),
        *_learning(change),
    ]
    is_late = change.origin != Origin.PORTAL
    return sorted((replace(m, is_late=is_late) for m in found), key=lambda moment: moment.at)


def _request(change: ChangeRequest) -> Iterator[Moment]:
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


def _pull_request(pull: PullRequest) -> Iterator[Moment]:
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


def _approvals(judgement: Judgement) -> Iterator[Moment]:
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


def _pipeline(change: ChangeRequest, pulls: Iterable[PullRequest]) -> Iterator[Moment]:
    """One moment for the results of a revision, one for its runs."""
    pulls = list(pulls)
    revisions = {pull.head_revision for pull in pulls} | {
        deployment.revision for deployment in change.deployments.all()
    }
    mine = Q(revision__in=revisions - {""}, repository__in=[pull.repository_id for pull in pulls])
    results = GateResult.objects.filter(mine).order_by("revision", "produced_at", "pk")
    for revision, group in groupby(results, lambda result: result.revision):
        same = list(group)
        lines = tuple(f"{result.tool}: {gate_sentence(result)}" for result in same)
        yield Moment(same[-1].produced_at, "gate_results", "Gate results", None, revision, lines)
    runs = PipelineRun.objects.filter(mine).order_by("revision", "started_at", "pk")
    for revision, group_of_runs in groupby(runs, lambda run: run.revision):
        ran = list(group_of_runs)
        groups = groupby(ran, lambda run: (run.stage, run.outcome))
        lines = tuple(
            f"{label(stage)}: {', '.join(run.check_name for run in same)} {label(outcome)}"
            for (stage, outcome), same in groups
        )
        yield Moment(ran[0].started_at, "runs", "Pipeline runs", None, revision, lines)


def gate_sentence(result: GateResult) -> str:
    """The numbers of a result in words."""
    numbers = result.numbers
    if result.gate == Gate.TESTS:
        sentence = f"{numbers.get('passed', 0)} of {numbers.get('total', 0)} tests passed"
        extra = [f"{numbers[n]} {n}" for n in ("failed", "skipped") if numbers.get(n)]
        return ", ".join([sentence, *extra])
    if result.gate == Gate.COVERAGE:
        covered, valid = numbers.get("lines_covered", 0), numbers.get("lines_valid", 0)
        shown = truncated_percent(covered, valid) if valid else "0"
        return f"{shown} % of {valid} lines covered"
    shown = ", ".join(f"{n} {label(name)}" for name, n in numbers.items() if n)
    return shown or "no findings"


def _rollout(deployment: Deployment) -> Iterator[Moment]:
    yield Moment(
        deployment.started_at,
        "deploying",
        "Deployment to production started",
        deployment.started_by,
        deployment.revision,
    )
    for stage in deployment.stages.all():
        share = stage.name if not stage.name.isdigit() else f"{stage.name} %"
        ended = f"{label(stage.result)} after {_span(stage.started_at, stage.ended_at)}"
        is_halted = stage.result == StageResult.HALTED
        yield Moment(
            stage.started_at,
            "halted" if is_halted else "stage",
            f"Stage {share}",
            stage.observer,
            lines=(ended if stage.ended_at else "running",),
        )
    for verification in deployment.verifications.all():
        said = "KPI" if verification.kind == VerificationKind.KPI else label(verification.kind)
        has_passed = "passed" if verification.has_passed else "failed"
        yield Moment(
            verification.recorded_at,
            has_passed,
            f"Verification, {said}: {has_passed}",
            verification.recorded_by,
            lines=(_listed(verification.details),),
        )
    rollback = getattr(deployment, "rollback", None)
    if rollback:
        yield Moment(
            rollback.started_at,
            "rolled_back",
            f"Rolled back ({label(rollback.trigger)})",
            rollback.started_by,
            lines=(rollback.reason, _listed(rollback.observed)),
        )
    elif deployment.finished_at:
        yield Moment(deployment.finished_at, deployment.outcome, f"Rollout {deployment.outcome}")


def _learning(change: ChangeRequest) -> Iterator[Moment]:
    by_time = groupby(change.documents.order_by("recorded_at"), lambda d: d.recorded_at)
    for at, documents in by_time:
        kinds = ", ".join(label(document.kind) for document in documents)
        yield Moment(at, "document", f"Documentation declared: {kinds}")
    post_mortem = getattr(change, "post_mortem", None)
    if post_mortem:
        yield Moment(
            post_mortem.opened_at, "post_mortem", "Post-mortem opened", lines=(post_mortem.reason,)
        )
        if post_mortem.approved_at:
            yield Moment(
                post_mortem.approved_at,
                "approved",
                "Post-mortem approved",
                post_mortem.approved_by,
            )
    review = getattr(change, "post_incident_review", None)
    if review and review.held_at:
        yield Moment(
            review.held_at,
            "reviewed",
            "Post-incident review held",
            review.reviewed_by,
            lines=(review.findings,),
        )


def _span(start: datetime, end: datetime | None) -> str:
    minutes = int((end - start).total_seconds() // 60) if end else 0
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _listed(values: Mapping[str, object]) -> str:
    return " · ".join(f"{label(name)}: {value}" for name, value in values.items())
