"""A real git repository in a folder, and GitHub's answers about it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.recording_host import Reply

CALM = {
    "GIT_AUTHOR_DATE": "2026-07-01T10:00:00Z",
    "GIT_COMMITTER_DATE": "2026-07-01T10:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
WHO = ("-c", "user.name=Amara", "-c", "user.email=amara@orca.example")


@dataclass
class GitRepository:
    path: Path

    @classmethod
    def make(cls, path: Path) -> "GitRepository":
        path.mkdir(parents=True)
        made = cls(path)
        made.git("init", "-q", "-b", "main")
        made.commit({"pages.py": "def pages():\n    return []\n", "logo.bin": "\x00one"})
        return made

    def git(self, *arguments: str) -> str:
        said = subprocess.run(
            ["git", "-C", str(self.path), *WHO, *arguments],
            capture_output=True,
            env={**os.environ, **CALM},
            check=True,
        )
        return said.stdout.decode(errors="replace").strip()

    def commit(self, files: dict[str, str], message: str = "Change it") -> str:
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, *files: dict[str, str]) -> str:
        """A branch from where HEAD is, with a commit for each; its head."""
        self.git("checkout", "-q", "-b", name)
        return [self.commit(one) for one in files][-1]

    def checkout(self, name: str) -> None:
        self.git("checkout", "-q", name)

    def github_pages(
        self, name: str, number: int, head: str, *, base: str = "main"
    ) -> dict[str, Reply]:
        """What GitHub serves of a pull request: two pages of files, itself, and its diff."""
        root, base = f"/repos/{name}", self.git("rev-parse", base)
        paths = self.git("diff", "--name-only", f"{base}...{head}").splitlines()
        files = [{"filename": path} for path in paths]
        listed = f"{root}/pulls/{number}/files?per_page=100&page="
        pull = {"head": {"sha": head}, "base": {"sha": base}, "changed_files": len(files)}
        more = {"Link": f'<http://169.254.169.254{listed}2>; rel="next"'}
        diff = self.git("diff", f"{base}...{head}") + "\n"
        return {
            f"{listed}1": Reply(200, more, text=json.dumps(files[:1])),
            f"{listed}2": Reply(200, text=json.dumps(files[1:])),
            f"{root}/pulls/{number}": Reply(200, text=json.dumps(pull)),
            f"{root}/compare/{base}...{head}": Reply(200, text=diff),
        }
