"""The pull requests of an imported history, and a change request for each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from changes.announcements import Announcement
from changes.intake.attribution import Belonging
from changes.intake.pulls import HistoryPull
from changes.models import ChangeRequest, PolicyVersion, PullRequest, Repository
from changes.queries.policies import reporting_date, version_on
from changes.vocabulary import Category, Origin, State
from changes.workflow.imported_people import ImportedPeople
from changes.workflow.requests import next_numbers

CHANGED = ["title", "author", "head_revision", "merge_revision", "merged_at", "change", "linked_at"]


@dataclass(frozen=True)
class ImportPlan:
    """What holds for every batch of one import."""

    repository: Repository
    at: datetime
    belongings: Mapping[str, Belonging]
    pulls: Mapping[int, HistoryPull]
    policies: Sequence[PolicyVersion]

    def numbers(self, shas: Iterable[str]) -> list[int]:
        """The pull requests of these commits, each once, in the order of the history."""
        numbers = dict.fromkeys(self.belongings[sha].number for sha in shas)
        return [number for number in numbers if number is not None]


def recorded_pulls(plan: ImportPlan, shas: Iterable[str]) -> dict[int, PullRequest]:
    """The commits' pull requests that the portal knows, by number."""
    rows = PullRequest.objects.select_related("change", "author").filter(
        repository=plan.repository, number__in=plan.numbers(shas)
    )
    return {row.number: row for row in rows}


def record_pulls(
    plan: ImportPlan, people: ImportedPeople, pulls: dict[int, PullRequest], shas: Iterable[str]
) -> list[Announcement]:
    """See to it that each commit's pull request is recorded and belongs to a change.

    `pulls` are those that the portal knows, and is completed. They keep their change and what
    is known of them; only what they lack is filled in.
    """
    changed = []
    for number in plan.numbers(shas):
        row = pulls.setdefault(number, PullRequest(repository=plan.repository, number=number))
        if _fill(row, plan.pulls[number], people) or row.change is None:
            changed.append(row)
    changes = _record_changes(plan, [row for row in changed if row.change is None])
    known = [row for row in changed if row.pk]
    PullRequest.objects.bulk_create([row for row in changed if not row.pk])
    PullRequest.objects.bulk_update(known, CHANGED)
    return [
        *(
            Announcement("change.imported", change, change.drafted_at, None, change, is_late=True)
            for change in changes
        ),
        *(
            Announcement(
                "pull_request.imported",
                row,
                plan.pulls[row.number].brought_at,
                row.author,
                row.change,
                is_late=True,
            )
            for row in changed
        ),
    ]


def _fill(row: PullRequest, pull: HistoryPull, people: ImportedPeople) -> bool:
    """Set what the row lacks; False where it lacks nothing."""
    shown: dict[str, Any] = {
        "title": pull.title,
        "author": people.of(pull.author),
        "head_revision": pull.entry,
        "merge_revision": pull.entry,
        "merged_at": pull.brought_at,
    }
    lacking = {name: value for name, value in shown.items() if not getattr(row, name) and value}
    for name, value in lacking.items():
        setattr(row, name, value)
    return bool(lacking)


def _record_changes(plan: ImportPlan, rows: Sequence[PullRequest]) -> list[ChangeRequest]:
    """A change for each of these pull requests; rows and changes are tied together."""
    changes = []
    for row, number in zip(rows, next_numbers(len(rows)), strict=True):
        pull = plan.pulls[row.number]
        row.change, row.linked_at = _change(number, pull, plan), plan.at
        changes.append(row.change)
    ChangeRequest.objects.bulk_create(changes)
    return changes


def _change(number: int, pull: HistoryPull, plan: ImportPlan) -> ChangeRequest:
    """It never was submitted here; the history shows no more of it than this."""
    return ChangeRequest(
        number=number,
        title=pull.title,
        category=Category.NORMAL,
        origin=Origin.IMPORTED,
        state=State.RECORDED,
        drafted_at=pull.brought_at,
        counted_at=pull.brought_at,
        policy_version=version_on(reporting_date(pull.brought_at), plan.policies),
    )
