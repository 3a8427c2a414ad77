"""Rows on their way from the snapshot to the parts of a job, cut into slices, on disk."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from evidence.vocabulary import PartKind

Row = dict[str, Any]


class Spool:
    """Slices of each kind in the order in which their rows came; gone when it is closed."""

    def __init__(self, sizes: dict[PartKind, int]) -> None:
        self.sizes = sizes
        self.counts = dict.fromkeys(sizes, 0)
        self._rows: dict[PartKind, list[Row]] = {kind: [] for kind in sizes}
        self._open = ExitStack()
        self._files = {
            kind: self._open.enter_context(TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115
            for kind in sizes  # entered in one place, closed in __exit__
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, kind: PartKind, row: Row) -> None:
        rows = self._rows[kind]
        rows.append(row)
        self.counts[kind] += 1
        if len(rows) == self.sizes[kind]:
            self._flush(kind)

    def slices(self, kind: PartKind) -> Iterator[list[Row]]:
        self._flush(kind)
        self._files[kind].seek(0)
        return map(json.loads, self._files[kind])

    def _flush(self, kind: PartKind) -> None:
        if self._rows[kind]:
            json.dump(self._rows[kind], self._files[kind], ensure_ascii=False)
            self._files[kind].write("\n")
            self._rows[kind] = []
