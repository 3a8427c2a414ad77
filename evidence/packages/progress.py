"""A bar on a terminal; on anything else a line now and then."""

from dataclasses import dataclass
from typing import Any

from django.core.management.base import OutputWrapper

from evidence.queries.packages import Progress

WIDTH = 30
TENTH = 10


@dataclass
class ProgressBar:
    """`stream` is the command's standard error."""

    stream: OutputWrapper
    _last: Any = None

    def show(self, progress: Progress) -> None:
        if self.stream.isatty():
            text = _bar(progress)
            if text != self._last:
                self._last = text
                self.stream.write(f"\r\033[K{text}", ending="")
                self.stream.flush()
            return
        mark = (progress.step, _tenth(progress))
        if mark != self._last:
            self._last = mark
            self.stream.write(_line(progress))

    def close(self, *, is_whole: bool) -> None:
        if self.stream.isatty():
            self.stream.write("\r\033[K", ending="")
        if is_whole:
            self.stream.write("The package is whole.")


def _bar(progress: Progress) -> str:
    if not progress.total:
        return f"{progress.step} ..."
    full = WIDTH * progress.done // progress.total
    bar = "#" * full + "." * (WIDTH - full)
    return f"[{bar}] {progress.done} of {progress.total} · {progress.step}"


def _line(progress: Progress) -> str:
    if not progress.total:
        return f"{progress.step} ..."
    return f"{progress.step}: {progress.done} of {progress.total}"


def _tenth(progress: Progress) -> int:
    return TENTH * progress.done // progress.total if progress.total else 0
