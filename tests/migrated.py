"""A SQLite database that was migrated once, copied for every test that needs one of its own.

Migrating takes seconds, copying none. The template is kept by the digest of the code that made
it, so that another run, or another process of this one, takes it as it is.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("changes", "evidence", "orca_portal")
KEPT_SECONDS = 24 * 3600


def copy_migrated(target: Path) -> None:
    """Put a migrated, otherwise empty database there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template(), target)


@cache
def _template() -> Path:
    folder = Path(tempfile.gettempdir()) / f"orca-migrated-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    template = folder / f"{code_digest()}.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            _forget_old(folder)
            _migrate(template)
        os.utime(template)
    return template


def _migrate(template: Path) -> None:
    """Made beside it and moved into place whole."""
    with tempfile.TemporaryDirectory(dir=template.parent) as scratch:
        made = Path(scratch) / "made.sqlite3"
        environment = {**os.environ, "ORCA_VAR": scratch, "DATABASE_URL": f"sqlite:///{made}"}
        subprocess.run(
            [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "migrate", "-v0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        made.replace(template)


def code_digest() -> str:
    """Migrations run our code, so all of it counts."""
    digest = hashlib.sha256(version("django").encode())
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _forget_old(folder: Path) -> None:
    for path in folder.glob("*.sqlite3"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
