"""Compiling within a test: what workers do, without workers."""

import json
import zipfile
from collections import deque
from pathlib import Path
from typing import Any

from django.conf import settings

from changes import clock
from changes.quarters import Quarter, parse_quarter
from evidence.models import CompileJob, Package
from evidence.packages.compile import finish, make_sheets, start_job
from evidence.packages.jobs import Wake, request_job
from evidence.vocabulary import Phase

STEPS = {Phase.FREEZE: start_job, Phase.SHEETS: make_sheets, Phase.PUBLISH: finish}
QUARTER = "2026Q3"


def work_off(*wakes: Wake) -> None:
    """Every message, as one worker would take them."""
    due = deque(wakes)
    while due:
        wake = due.popleft()
        for _ in range(wake.workers):
            due.extend(STEPS[wake.phase](wake.job))


def new_job(quarter: str = QUARTER, *, is_forced: bool = False) -> CompileJob:
    wanted = parse_quarter(quarter)
    return request_job(quarter=wanted, is_forced=is_forced, actor=None, at=clock.now())


def compiled(quarter: str = QUARTER, *, is_forced: bool = False) -> Package:
    job = new_job(quarter, is_forced=is_forced)
    work_off(Wake(Phase.FREEZE, job.pk))
    job.refresh_from_db()
    assert job.package is not None, job.error
    return job.package


def path_of(package: Package) -> Path:
    return Path(settings.PACKAGES_DIR) / package.file_name


def content_of(package: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(path_of(package)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def manifest_of(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content_of(package)["manifest.json"])
    return found


def quarter() -> Quarter:
    return parse_quarter(QUARTER)
