"""A git repository on disk, asked in such a way that nothing of its own is run.

The repository may be anybody's: no hook, no signature program, no text conversion, no fetch.
Its mail map, replacements, grafts and commit graph are not heeded either.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from changes.intake.commits import Unusable

SAFE_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.commitGraph": "false",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "safe.directory": "*",
}
SAFE_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
BRANCHES_SHOWN = 20
CHUNK = 1 << 16
OUTPUT_MAXIMUM = 16 * 1024 * 1024


class GitFolder:
    """`path` is the folder of a repository, bare or with a working tree; none above it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._git_dir = path / ".git" if (path / ".git").exists() else path
            if not path.is_dir():
                what = "is a file" if path.exists() else "does not exist"
                raise Unusable(f"{path} {what}: expected the folder of a git repository.")
        except OSError as error:
            raise Unusable(f"{path} cannot be opened: {error.strerror}.") from error
        if not self.line("rev-parse", "--git-dir"):
            raise Unusable(f"{path} is not a git repository: expected the folder that holds .git.")

    def tip(self, branch: str | None) -> tuple[str | None, str]:
        """The name of the branch (None where HEAD stands on none) and its last commit."""
        if branch is None:
            return self._head()
        for folder in ("refs/heads/", "refs/remotes/", "refs/remotes/origin/"):
            if sha := self.line("show-ref", "--verify", "--hash", "--", folder + branch):
                return branch, sha
        raise Unusable(f"{self.path} has no branch '{branch}'. {self._branches()}")

    def is_shallow(self) -> bool:
        return self.line("rev-parse", "--is-shallow-repository") == "true"

    def records(self, *arguments: str, fields: int) -> Iterator[list[bytes]]:
        """What git prints, as records of so many fields, each ended by NUL."""
        with tempfile.TemporaryFile() as complaints:
            with self._start(*arguments, complaints=complaints) as process:
                if process.stdout:
                    yield from _records(process.stdout, fields)
            if process.returncode:
                complaints.seek(0)
                said = complaints.read().decode(errors="replace").split("\n")
                raise Unusable(f"git cannot read the history of {self.path}: {said[0]}")

    def _head(self) -> tuple[str | None, str]:
        name = self.line("symbolic-ref", "--quiet", "HEAD").removeprefix("refs/heads/")
        sha = self.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if not sha:
            raise Unusable(f"{self.path} has no commit on {name or 'HEAD'}. {self._branches()}")
        return name or None, sha

    def _branches(self) -> str:
        form = "--format=%(refname:lstrip=2)"
        names = self._text("for-each-ref", form, "refs/heads", "refs/remotes").split("\n")
        names = [name for name in names if name and not name.endswith("/HEAD")]
        if not names:
            return "It has no branch with a commit."
        more = len(names) - BRANCHES_SHOWN
        listed = ", ".join(names[:BRANCHES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"Its branches: {listed}."

    def line(self, *arguments: str) -> str:
        return self._text(*arguments).partition("\n")[0]

    def commit(self, name: str) -> str:
        """The commit that is called so; empty where there is none."""
        return self.line(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )

    def output(self, *arguments: str, maximum: int = OUTPUT_MAXIMUM) -> bytes | None:
        """What git prints; None where it is more than that. Raises Unusable where git fails."""
        with self._start(*arguments, complaints=subprocess.DEVNULL) as process:
            said = process.stdout.read(maximum + 1) if process.stdout else b""
            if len(said) > maximum:
                process.kill()
                return None
        if process.returncode:
            raise Unusable(f"git {arguments[0]} fails in {self.path}.")
        return said

    def _text(self, *arguments: str) -> str:
        """What git prints, or nothing where it fails."""
        with self._start(*arguments, complaints=subprocess.DEVNULL) as process:
            said, _ = process.communicate()
        return "" if process.returncode else said.decode(errors="replace")

    def _start(self, *arguments: str, complaints: IO[bytes] | int) -> subprocess.Popen[bytes]:
        settings = [
            part for key, value in SAFE_SETTINGS.items() for part in ("-c", f"{key}={value}")
        ]
        try:
            return subprocess.Popen(
                ["git", "--no-pager", f"--git-dir={self._git_dir}", *settings, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=git_environment(),
            )
        except FileNotFoundError as error:
            raise Unusable("git is not installed: install it, for instance with apt.") from error


def git_environment() -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key[:4] != "GIT_"}
    return inherited | SAFE_ENVIRONMENT


def _records(stream: IO[bytes], fields: int) -> Iterator[list[bytes]]:
    rest = b""
    record: list[bytes] = []
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        for field in whole:
            record.append(field)
            if len(record) == fields:
                yield record
                record = []
