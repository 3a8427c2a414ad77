"""What the import commands have in common: refusals, progress, problems, the last line."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import DatabaseError

from changes import clock
from changes.intake.commits import History, Problem, ProblemKind, Unusable
from changes.intake.identities import why_not_a_name
from changes.workflow.imports import import_history
from changes.workflow.refusals import Refusal

PROBLEMS_SHOWN = 100
SECONDS_BETWEEN_LINES = 5
EXIT_WITH_PROBLEMS, EXIT_NOTHING_DONE = 1, 2


class Progress:
    """On a terminal one line that moves on; elsewhere a line every few seconds, and at the end."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._said_at = time.monotonic()
        self.done = 0

    def __call__(self, done: int, total: int) -> None:
        self.done = done
        line = f"{done} of {total} commits ({100 * done // total} %)"
        is_last, moment = done == total, time.monotonic()
        if self._stream.isatty():
            self._stream.write(f"\r{line}", ending="\n" if is_last else "")
        elif is_last or moment - self._said_at >= SECONDS_BETWEEN_LINES:
            self._said_at = moment
            self._stream.write(line)


class ImportCommand(BaseCommand):
    """Exit status: 0 whole, 1 with a line that could not be read, 2 nothing done."""

    def record(self, history: History, *, repository: str, branch: str | None, host: str) -> None:
        """Import, say what was wrong, and print the counts as the last line."""
        progress = Progress(self.stderr)
        try:
            counts = import_history(
                history=history,
                repository=repository,
                branch=branch,
                host=host,
                at=clock.now(),
                progress=progress,
            )
        except Refusal as error:
            raise refused(str(error)) from error
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise _ended(f"The database did not take it ({reason}).", progress) from error
        except KeyboardInterrupt as error:
            raise _ended("Stopped.", progress) from error
        for kind in ProblemKind:
            self._say(history, [problem for problem in history.problems if problem.kind is kind])
        self.stdout.write(json.dumps(asdict(counts)))
        if counts.unreadable:
            sys.exit(EXIT_WITH_PROBLEMS)

    def _say(self, history: History, problems: list[Problem]) -> None:
        for problem in problems[:PROBLEMS_SHOWN]:
            where = f"{history.unit} {problem.line}: " if problem.line else ""
            self.stderr.write(f"{problem.kind}: {where}{problem.sentence}")
        more = len(problems) - PROBLEMS_SHOWN
        if more > 0:
            self.stderr.write(f"{problems[0].kind}: and {more} more.")


def checked_name(text: str, what: str) -> str:
    """The name of a repository or branch, without blanks around it; refused where it is none."""
    reason = why_not_a_name(text)
    if reason:
        raise refused(f"The {what} name {reason}: expected 1 to 200 visible characters.")
    return text.strip()


@contextmanager
def refusing_unusable() -> Iterator[None]:
    try:
        yield
    except Unusable as error:
        raise refused(str(error)) from error


def refused(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=EXIT_NOTHING_DONE)


def _ended(reason: str, progress: Progress) -> CommandError:
    """Too early, but whole as far as it came."""
    if not progress.done:
        return refused(f"{reason} Nothing was imported.")
    return CommandError(
        f"{reason} {progress.done} commits are recorded: run it again to go on from there.",
        returncode=EXIT_WITH_PROBLEMS,
    )
