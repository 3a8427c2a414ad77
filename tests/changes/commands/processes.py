"""Commands as a person runs them: in a process and on a database of their own."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.migrated import copy_migrated

ROOT = Path(__file__).resolve().parents[3]


class Portal:
    """A SQLite database in a folder of its own, and `manage.py` on it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.database = folder / "orca.sqlite3"
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
            "ORCA_VAR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
        }

    def migrate(self) -> None:
        copy_migrated(self.database)

    def copy(self, folder: Path) -> "Portal":
        """The same database as it is now, elsewhere; no process may be writing."""
        other = Portal(folder)
        shutil.copy(self.database, other.database)
        return other

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            output, errors = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30) as connection:
            return connection.execute(query).fetchall()

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])
