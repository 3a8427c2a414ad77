"""A repository's history into the record: its commits, pull requests and a change for each.

Written in batches, each one transaction with its events. An import that was ended half-way is
whole as far as it came, and the next one of the same history goes on from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from django.db import IntegrityError, transaction

from changes import clock
from changes.announcements import Announcement, announce, announce_all
from changes.intake.attribution import attribute
from changes.intake.commits import History, HistoryCommit, ProblemKind
from changes.intake.notices import add_notices
from changes.intake.pulls import pulls_of
from changes.models import HistoryImport, Organisation, Repository
from changes.queries.policies import approved_versions
from changes.vocabulary import ImportState
from changes.workflow.imported_commits import amend_commits, record_commits, recorded_commits
from changes.workflow.imported_people import ImportedPeople
from changes.workflow.imported_pulls import ImportPlan, record_pulls, recorded_pulls
from changes.workflow.refusals import NotNow

BATCH_SIZE = 500
ATTEMPTS = 3
PROBLEMS_KEPT = 1000


@dataclass(frozen=True)
class ImportCounts:
    """What a source holds; importing it again gives the same, with `repeated` = `commits`.

    `commits`: distinct commits that could be read. `pull_requests`: distinct pull requests that
    these belong to. `change_requests`: distinct changes of these. `unlinked`: commits without a
    pull request. `repeated`: commits that were recorded before or stand in the source twice.
    `unreadable`: lines that could not be read.
    """

    commits: int
    pull_requests: int
    change_requests: int
    unlinked: int
    repeated: int
    unreadable: int


@dataclass
class Recorded:
    """The revisions that were there before, and the changes that the commits belong to."""

    before: set[str] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)

    def __ior__(self, other: Self) -> Self:
        self.before |= other.before
        self.changes |= other.changes
        return self


def import_history(
    *,
    history: History,
    repository: str,
    branch: str | None,
    host: str,
    at: datetime,
    progress: Callable[[int, int], object],
) -> ImportCounts:
    """Record a history as that of the repository's production branch.

    `branch` None is whichever the repository is recorded with; `host` is where the authors'
    logins are kept; `progress` hears how many of how many commits are done after each batch.
    `history.problems` is completed with notices. Refuses the sample organisation's database,
    and another branch than the recorded one.
    """
    belongings = attribute(history)
    add_notices(history, belongings)
    run = _begin(history, repository, branch, at)
    pulls = pulls_of(history, belongings)
    plan = ImportPlan(run.repository, at, belongings, pulls, approved_versions())
    commits = [history.commits[sha] for sha in belongings if sha in history.commits]
    recorded = Recorded(before=set(history.repeated))
    writer = _Writer(plan, host)
    for start in range(0, len(commits), BATCH_SIZE):
        recorded |= writer.write(commits[start : start + BATCH_SIZE])
        progress(min(start + BATCH_SIZE, len(commits)), len(commits))
    counts = ImportCounts(
        commits=len(commits),
        pull_requests=len(pulls),
        change_requests=len(recorded.changes),
        unlinked=sum(belongings[commit.sha].number is None for commit in commits),
        repeated=len(recorded.before),
        unreadable=history.unreadable,
    )
    _finish(run, history, counts)
    return counts


class _Writer:
    """Writes batches. What another process wrote at the same moment makes a batch begin again."""

    def __init__(self, plan: ImportPlan, host: str) -> None:
        self._plan = plan
        self._host = host
        self._people = ImportedPeople(host)

    def write(self, commits: Sequence[HistoryCommit]) -> Recorded:
        for _ in range(1, ATTEMPTS):
            try:
                return self._write(commits)
            except IntegrityError:
                self._people = ImportedPeople(self._host)
        return self._write(commits)

    @transaction.atomic
    def _write(self, commits: Sequence[HistoryCommit]) -> Recorded:
        plan, people = self._plan, self._people
        _lock_real_organisation()
        people.record(commits)
        known = recorded_commits(plan, commits)
        pulls = recorded_pulls(plan, [commit.sha for commit in commits])
        new = [commit for commit in commits if commit.sha not in known]
        linked = {sha for sha, row in known.items() if row.pull_request}
        announce_all(
            [
                *record_pulls(plan, people, pulls, [c.sha for c in commits if c.sha not in linked]),
                *record_commits(plan, people, pulls, new),
                *amend_commits(plan, pulls, known.values()),
            ]
        )
        return Recorded(set(known), {pull.change_id for pull in pulls.values() if pull.change_id})


def _begin(history: History, repository: str, branch: str | None, at: datetime) -> HistoryImport:
    with transaction.atomic():
        _lock_real_organisation()
        row, _ = Repository.objects.get_or_create(
            name=repository, defaults={"production_branch": branch} if branch else {}
        )
        if branch not in (None, row.production_branch):
            raise NotNow(
                f"{row} is recorded with the production branch {row.production_branch}, and this"
                f" is {branch}: import {row.production_branch}, or give another repository name."
            )
        run = HistoryImport.objects.create(
            repository=row, source=history.source, source_sha256=history.sha256, started_at=at
        )
        announce(Announcement("history.started", run, at))
    return run


@transaction.atomic
def _finish(run: HistoryImport, history: History, counts: ImportCounts) -> None:
    """Of each kind of problem the first thousand are kept; the counts know of all."""
    kept = [
        problem
        for kind in ProblemKind
        for problem in [p for p in history.problems if p.kind is kind][:PROBLEMS_KEPT]
    ]
    run.counts = asdict(counts)
    run.problems = [asdict(p) for p in sorted(kept, key=lambda problem: problem.line)]
    run.state, run.finished_at = ImportState.FINISHED, clock.now()
    run.save()
    announce(Announcement("history.imported", run, run.finished_at, is_late=True))


def _lock_real_organisation() -> None:
    """One import writes at a time. Refuses the sample organisation's database."""
    if Organisation.objects.select_for_update().get().is_sample:
        raise NotNow(
            "This database belongs to the sample organisation, which is made up: real history"
            " goes into a database of its own (script/server --empty opens it)."
        )
