"""A Django of its own for a benchmark: a database and files in a folder that goes away."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_portal(database: str = "") -> Iterator[Path]:
    """Sets Django up on a new SQLite database, or on the one given; call it before importing any
    model.
    """
    with tempfile.TemporaryDirectory(prefix="orca-bench-") as folder:
        os.environ["ORCA_VAR"] = folder
        os.environ["DATABASE_URL"] = database or f"sqlite:///{folder}/bench.sqlite3"
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        os.environ["DJANGO_SETTINGS_MODULE"] = "orca_portal.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(folder)
