from argparse import ArgumentParser
from pathlib import Path

from changes import clock
from changes.intake.commits import History
from changes.intake.history import read_history
from changes.intake.identities import history_host
from changes.management.importing import (
    ImportCommand,
    checked_name,
    refused,
    refusing_unusable,
)


class Command(ImportCommand):
    help = (
        "Import a repository's history from JSON lines: one commit a line, oldest first, with sha,"
        " parents, author, subject and committed_at or authored_at; committer, files_changed,"
        " lines_added and lines_removed where they are known. It may be repeated."
        " Exit status: 0 whole, 1 with lines that could not be read, 2 nothing done."
        " The last line of standard output is one JSON object with the counts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.jsonl", help="the history")
        parser.add_argument("--repository", required=True, metavar="NAME")
        parser.add_argument(
            "--branch",
            metavar="NAME",
            help="its production branch; main for a repository that is new",
        )

    def handle(self, *, file: str, repository: str, branch: str | None, **_: object) -> None:
        name = checked_name(repository, "repository")
        branch = None if branch is None else checked_name(branch, "branch")
        history = _read(Path(file))
        self.record(history, repository=name, branch=branch, host=history_host(name))


def _read(path: Path) -> History:
    expected = "expected a file of JSON lines, one commit a line"
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise refused(f"{path} {what}: {expected}.")
        with path.open("rb") as stream, refusing_unusable():
            name = path.name.encode(errors="replace").decode()  # a name need not be UTF-8
            return read_history(stream, source=name, now=clock.now())
    except OSError as error:
        raise refused(f"{path} cannot be read ({error.strerror}): {expected}.") from error
