"""The zip: the same files give the same bytes, whoever packs them when."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

EARLIEST = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16
UNIX = 3
BLOCK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file in the package, by its path there."""

    path: str
    size: int
    sha256: str


def entry_of(path: str, source: Path) -> Entry:
    return Entry(path, source.stat().st_size, file_digest(source))


class Bundle:
    """A zip that is being written. PDFs are compressed inside already and are stored."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.entries: list[Entry] = []
        self._zip = zipfile.ZipFile(target, "x", allowZip64=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def add(self, path: str, source: Path) -> Entry:
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as file, self._zip.open(_info(path, source), "w") as target:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
                target.write(block)
        entry = Entry(path, size, digest.hexdigest())
        self.entries.append(entry)
        return entry

    def add_all(self, files: Iterable[tuple[str, Path]], alive: Callable[[], None]) -> None:
        """In the order of their paths, with a sign of life now and then."""
        for number, (path, source) in enumerate(sorted(files)):
            if number % 100 == 0:
                alive()
            self.add(path, source)


def _info(path: str, source: Path) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, EARLIEST)
    info.external_attr, info.create_system = READABLE, UNIX
    info.file_size = source.stat().st_size
    is_packed = path.endswith((".pdf", ".xlsx"))
    info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    return info


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_disk(path: Path) -> None:
    """Nothing of it is left to a cache that a power cut would empty."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
