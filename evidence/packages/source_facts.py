"""Pull requests, commits, reviews, gates and runs of a change as plain values."""

from typing import Any

from changes.models import ChangeRequest, Commit, PipelineRun, PullRequest
from changes.queries.record import revisions_of
from changes.rules.facts import ChangeFacts, GateResultFacts
from changes.rules.gates import truncated_percent
from changes.vocabulary import Gate

Facts = dict[str, Any]


def pull_requests_of(change: ChangeRequest) -> list[Facts]:
    return [_pull_request(pull) for pull in change.pull_requests.all()]


def _pull_request(pull: PullRequest) -> Facts:
    return {
        "repository": pull.repository.name,
        "number": pull.number,
        "title": pull.title,
        "url": pull.url,
        "author": pull.author.name if pull.author else "",
        "head_revision": pull.head_revision,
        "merge_revision": pull.merge_revision,
        "merged_by": pull.merged_by.name if pull.merged_by else "",
        "opened_at": pull.opened_at,
        "merged_at": pull.merged_at,
        "commits": [_commit(commit) for commit in pull.commits.all()],
        "reviews": [
            {
                "person": review.person.name,
                "state": review.state,
                "revision": review.revision,
                "at": review.submitted_at,
            }
            for review in pull.reviews.all()
        ],
    }


def _commit(commit: Commit) -> Facts:
    return {
        "sha": commit.sha,
        "author": commit.author.name if commit.author else "",
        "co_authors": [person.name for person in commit.co_authors.all()],
        "committer": commit.committer.name if commit.committer else "",
        "committed_at": commit.committed_at,
        "subject": commit.subject,
        "attribution": commit.attribution,
        "is_merge": commit.is_merge,
        "is_revert": commit.is_revert,
        "files_changed": commit.files_changed,
        "lines_added": commit.lines_added,
        "lines_removed": commit.lines_removed,
    }


def gates_of(facts: ChangeFacts) -> list[Facts]:
    """Every result that was received, also for other revisions than the tested one."""
    return [
        {
            "gate": result.gate,
            "tool": result.tool,
            "revision": result.revision,
            "is_tested_revision": result.revision == facts.tested_revision,
            "figures": figures(result),
            "at": result.produced_at,
        }
        for result in sorted(facts.gate_results, key=lambda r: (r.produced_at, r.gate, r.tool))
    ]


def figures(result: GateResultFacts) -> str:
    """The numbers of a result as a person reads them."""
    count = result.numbers.get
    match result.gate:
        case Gate.TESTS:
            parts = [f"{count(name, 0)} {name}" for name in ("passed", "failed", "skipped")]
            return f"{', '.join(parts)} of {count('total', 0)}"
        case Gate.COVERAGE:
            valid, covered = count("lines_valid", 0), count("lines_covered", 0)
            percent = f" ({truncated_percent(covered, valid)} %)" if valid else ""
            return f"{covered} of {valid} lines{percent}"
    found = [f"{count(level, 0)} {level}" for level in ("critical", "high", "medium", "low")]
    suppressed = count("suppressed_critical", 0)
    return ", ".join(found) + (f", {suppressed} critical suppressed" if suppressed else "")


def runs_of(change: ChangeRequest, runs: dict[str, list[PipelineRun]]) -> list[Facts]:
    return [
        {
            "stage": run.stage,
            "check": run.check_name,
            "outcome": run.outcome,
            "revision": run.revision,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
        }
        for revision in sorted(revisions_of(change))
        for run in runs.get(revision, [])
    ]
