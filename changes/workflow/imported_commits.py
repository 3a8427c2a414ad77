"""The commits of an imported history."""

from collections.abc import Iterable, Mapping, Sequence

from changes.announcements import Announcement
from changes.intake.attribution import is_revert
from changes.intake.commits import HistoryCommit
from changes.models import Commit, PullRequest
from changes.workflow.imported_people import ImportedPeople
from changes.workflow.imported_pulls import ImportPlan

AMENDED = ["on_production_branch", "pull_request", "attribution", "brought_in_by"]


def recorded_commits(plan: ImportPlan, commits: Iterable[HistoryCommit]) -> dict[str, Commit]:
    """Those that the portal knows, by revision."""
    rows = Commit.objects.select_related("author", "pull_request__change").filter(
        repository=plan.repository, sha__in=[commit.sha for commit in commits]
    )
    return {row.sha: row for row in rows}


def record_commits(
    plan: ImportPlan,
    people: ImportedPeople,
    pulls: Mapping[int, PullRequest],
    commits: Sequence[HistoryCommit],
) -> list[Announcement]:
    """Commits that the portal does not know."""
    rows = [_commit(plan, people, pulls, commit) for commit in commits]
    Commit.objects.bulk_create(rows)
    co_authors = [people.co_authors(commit) for commit in commits]
    Commit.co_authors.through.objects.bulk_create(
        Commit.co_authors.through(commit=row, person=person)
        for row, persons in zip(rows, co_authors, strict=True)
        for person in persons
    )
    return [
        _told("commit.imported", row, co_authors=[person.pk for person in persons])
        for row, persons in zip(rows, co_authors, strict=True)
    ]


def amend_commits(
    plan: ImportPlan, pulls: Mapping[int, PullRequest], rows: Iterable[Commit]
) -> list[Announcement]:
    """Commits that the portal knows, and about which this history shows more: that they
    reached the production branch, or to which pull request they belong.
    """
    amended = []
    for row in rows:
        is_news = not row.on_production_branch
        row.on_production_branch = True
        if row.pull_request is None and plan.belongings[row.sha].number is not None:
            _attribute(row, plan, pulls)
            is_news = True
        if is_news:
            amended.append(row)
    Commit.objects.bulk_update(amended, AMENDED)
    return [_told("commit.amended", row) for row in amended]


def _commit(
    plan: ImportPlan,
    people: ImportedPeople,
    pulls: Mapping[int, PullRequest],
    commit: HistoryCommit,
) -> Commit:
    row = Commit(
        repository=plan.repository,
        sha=commit.sha,
        parents=list(commit.parents),
        author=people.of(commit.author),
        committer=people.of(commit.committer),
        authored_at=commit.authored_at,
        committed_at=commit.committed_at,
        subject=commit.subject,
        is_merge=len(commit.parents) > 1,
        is_revert=is_revert(commit.subject),
        on_production_branch=True,
        files_changed=commit.files_changed,
        lines_added=commit.lines_added,
        lines_removed=commit.lines_removed,
    )
    _attribute(row, plan, pulls)
    return row


def _attribute(row: Commit, plan: ImportPlan, pulls: Mapping[int, PullRequest]) -> None:
    belonging = plan.belongings[row.sha]
    row.pull_request = None if belonging.number is None else pulls[belonging.number]
    row.attribution = belonging.how.value
    row.brought_in_by = belonging.merge


def _told(what: str, row: Commit, **details: object) -> Announcement:
    change = row.pull_request.change if row.pull_request else None
    return Announcement(
        what, row, row.committed_at, row.author, change, is_late=True, details=details
    )
