import re
from argparse import ArgumentParser
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from changes import clock
from changes.intake.git import read_git
from changes.intake.identities import GIT_HOST
from changes.management.importing import ImportCommand, checked_name, refused, refusing_unusable
from changes.quarters import FIRST_YEAR, LAST_YEAR

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Command(ImportCommand):
    help = (
        "Import the history of a branch from a git repository on disk. It may be repeated."
        " Dates are committer dates in the organisation's reporting time zone: from --since on and"
        " before --until."
        " Exit status: 0 whole, 1 with commits that could not be read, 2 nothing done."
        " The last line of standard output is one JSON object with the counts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH", help="the repository, bare or with files")
        parser.add_argument("--repository", metavar="NAME", help="default: the folder's name")
        parser.add_argument("--branch", metavar="NAME", help="default: HEAD")
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="the first day to import")
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="the day before which to stop")

    def handle(
        self,
        *,
        path: str,
        repository: str | None,
        branch: str | None,
        since: str | None,
        until: str | None,
        **_: object,
    ) -> None:
        first, end = _day(since, "--since"), _day(until, "--until")
        if first and end and end <= first:
            raise refused(f"--since {since} is not before --until {until}: nothing lies between.")
        folder = _folder(path)
        name = checked_name(_name(folder) if repository is None else repository, "repository")
        with refusing_unusable():
            history, found = read_git(
                folder,
                source=name,
                branch=None if branch is None else checked_name(branch, "branch"),
                since=_midnight(first) if first else None,
                until=_midnight(end) if end else None,
                now=clock.now(),
            )
        self.record(history, repository=name, branch=found, host=GIT_HOST)


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise refused(f"{option} '{text[:40]}' is no date: expected YYYY-MM-DD, as 2025-07-01.")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings.REPORTING_TIME_ZONE))


def _folder(path: str) -> Path:
    """A link keeps the name that it was called by."""
    if not path:
        raise refused("The path is empty: expected the folder of a git repository.")
    folder = Path(path).absolute()
    return folder.resolve() if ".." in folder.parts else folder


def _name(folder: Path) -> str:
    """The last folder of the path; of `.git` the one that it belongs to."""
    return folder.parent.name if folder.name == ".git" else folder.name
