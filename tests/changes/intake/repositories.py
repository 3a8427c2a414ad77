"""Real git repositories for tests, made commit by commit with times that stand still."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2025, 7, 1, 12, tzinfo=UTC)
ADA, BOB, WEB = "Ada <Ada@example.com>", "Bob <bob@example.com>", "GitHub <noreply@github.com>"


class RealRepository:
    """Each commit is an hour younger than the one before and changes a file of its own."""

    def __init__(self, path: Path, *, branch: str = "main", object_format: str = "sha1") -> None:
        self.path = path
        self.at = BEGIN
        self._files = 0
        path.mkdir(parents=True)
        self.git("init", "-q", f"--initial-branch={branch}", f"--object-format={object_format}")

    def git(self, *arguments: str, stdin: str | bytes = b"", author: str = ADA) -> str:
        name, _, email = author.rstrip(">").partition(" <")
        plain = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        identity = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_AUTHOR_DATE": self.at.isoformat(),
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": email,
            "GIT_COMMITTER_DATE": self.at.isoformat(),
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=plain | identity,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode(errors="replace").strip()

    def commit(self, message: str, *, author: str = ADA) -> str:
        self.at += timedelta(hours=1)
        self._files += 1
        (self.path / f"{self._files}.txt").write_text(f"{self._files}\n")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty-message", "-m", message, author=author)
        return self.head

    def start(self, branch: str, at: str = "main") -> None:
        self.git("switch", "-q", "-c", branch, at)

    def switch(self, branch: str) -> None:
        self.git("switch", "-q", branch)

    def merge(self, message: str, *branches: str) -> str:
        self.at += timedelta(hours=1)
        self.git("merge", "-q", "--no-ff", "-m", message, *branches)
        return self.head

    def raw_commit(self, content: bytes) -> str:
        """A commit object written byte by byte; git itself would refuse some of these."""
        sha = self.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=content)
        self.git("update-ref", "HEAD", sha)
        return sha

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    @property
    def tree(self) -> str:
        return self.git("rev-parse", "HEAD^{tree}")


def busy_repository_at(path: Path) -> RealRepository:
    """Squashed, rebased, merged, nested, octopus, direct, reverted and merged back and forth."""
    make = RealRepository(path)
    make.commit("begin")
    _merge_a_topic_with_a_part(make)
    for number in (1, 2):
        make.commit(f"rebased {number}")
    make.commit('Revert "feat: squashed (#7)" (#9)')
    for arm in ("left", "right"):
        make.start(arm)
        make.commit(f"{arm} arm")
    make.switch("main")
    make.merge("Three in one (#10)", "left", "right")
    make.start("local", "main~1")
    make.commit("local work")
    make.switch("main")
    make.commit("push meanwhile")
    make.merge("Merge branch 'local'", "local")
    return make


def _merge_a_topic_with_a_part(make: RealRepository) -> None:
    make.start("topic")
    make.commit("work one", author=BOB)
    make.start("part", "topic")
    make.commit("part of it")
    make.switch("topic")
    make.commit("work two (#40)")
    make.merge("Merge pull request #6 from ada/part", "part")
    make.switch("main")
    make.commit("feat: squashed (#7)")
    make.commit("direct push")
    make.switch("topic")
    make.merge("Merge branch 'main' into topic", "main")
    make.switch("main")
    make.merge("Merge pull request #8 from bob/topic\n\nThe topic", "topic")
