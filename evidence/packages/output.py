"""A copy of a package where somebody wants it."""

import os
import shutil
import tempfile
from pathlib import Path


class Unwritable(Exception):
    """The folder cannot be written to; the sentence says why."""


def writable_folder(text: str) -> Path:
    """The folder, made where it is missing; asked for before anything is compiled."""
    folder = Path(text).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise Unwritable(f"'{text}' cannot be written to: {error.strerror}.") from error


def copied(path: Path, folder: Path) -> Path:
    """In place in one step, so that nobody finds half a zip."""
    target, temporary = folder / path.name, folder / f".{path.name}.{os.getpid()}"
    shutil.copyfile(path, temporary)
    temporary.replace(target)
    return target
