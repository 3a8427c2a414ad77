"""The sample organisation, loaded once and put back from a file wherever a test needs it.

Loading plays a quarter through the workflow and takes a minute; its rows are put back in seconds.
They are kept by the digest of the code and of the stories that made them, for every process and
for both databases: what differs between these is no part of a row.
"""

import fcntl
import hashlib
import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from changes.sample.load import load_sample
from tests.migrated import KEPT_SECONDS, ROOT, code_digest

Rows = dict[str, list[dict[str, Any]]]


def put_sample(say: Callable[[str], None]) -> None:
    """Into this database, which is as the migrations left it, with its stored files."""
    folder = Path(tempfile.gettempdir()) / f"orca-sample-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder / _digest()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _forget_old(folder)
            _load_and_keep(kept)
        os.utime(kept)
    said, rows = pickle.loads((kept / "rows").read_bytes())  # noqa: S301 - our own, in our own folder
    _put_back(rows)
    shutil.copytree(kept / "media", settings.MEDIA_ROOT, dirs_exist_ok=True)
    for line in said:
        say(line)


def _load_and_keep(kept: Path) -> None:
    """Taken back afterwards: whoever loaded it gets it from the file, as everybody does."""
    said: list[str] = []
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made = Path(scratch) / "made"
        (made / "media").mkdir(parents=True)
        before = settings.MEDIA_ROOT
        settings.MEDIA_ROOT = made / "media"
        try:
            with transaction.atomic():
                load_sample(said.append)
                (made / "rows").write_bytes(pickle.dumps((said, _rows())))
                transaction.set_rollback(True)
        finally:
            settings.MEDIA_ROOT = before
        made.replace(kept)


def _models() -> list[type[models.Model]]:
    configs = [apps.get_app_config(name) for name in ("changes", "evidence")]
    return [m for config in configs for m in config.get_models(include_auto_created=True)]


def _rows() -> Rows:
    """Column by column; the two databases give the bytes of one in different wrappings."""
    return {model._meta.label: _rows_of(model) for model in _models()}


def _rows_of(model: type[models.Model]) -> list[dict[str, Any]]:
    names = [column.attname for column in model._meta.concrete_fields]
    return [
        {name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()}
        for row in model._base_manager.order_by("pk").values(*names)
    ]


def _put_back(rows: Rows) -> None:
    """What the migrations made is there already, and a few of its rows were changed."""
    for label, held in rows.items():
        model = apps.get_model(label)
        key = model._meta.pk.attname
        there = {row[key]: row for row in _rows_of(model)}
        new = [model(**row) for row in held if row[key] not in there]
        model._base_manager.bulk_create(new, batch_size=500)
        stamped = [
            c.attname for c in model._meta.concrete_fields if getattr(c, "auto_now_add", False)
        ]
        for row in held:
            if there.get(row[key], row) != row:
                model._base_manager.filter(pk=row[key]).update(**row)
            elif stamped and row[key] not in there:  # Django gave it the time of today
                times = {name: row[name] for name in stamped}
                model._base_manager.filter(pk=row[key]).update(**times)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


@cache
def _digest() -> str:
    digest = hashlib.sha256(code_digest().encode())
    for path in sorted(p for p in (ROOT / "changes" / "sample").rglob("*") if p.is_file()):
        if path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _forget_old(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and time.time() - path.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
