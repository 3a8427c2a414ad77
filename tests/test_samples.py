"""Every file of the samples is read by a test: one that nobody knows fails here."""

import json
from pathlib import Path

import pytest

from tests.changes.intake.evidence import test_known_files
from tests.changes.intake.hosts import test_answers, test_samples

SAMPLES = Path(__file__).parent / "samples"
ABOUT = {"SOURCES.md", "expected.json"}
# Each folder with facts that others counted, and the module that reads its files to them.
READ_BY = {
    "evidence/coverage": test_known_files,
    "evidence/junit": test_known_files,
    "evidence/npm-audit": test_known_files,
    "evidence/sarif": test_known_files,
    "evidence/snyk-json": test_known_files,
    "webhooks/alertmanager": test_samples,
    "webhooks/github-rest": test_answers,
    "webhooks/github-webhooks": test_samples,
    "webhooks/gitlab-webhooks": test_samples,
    "webhooks/prometheus": test_answers,
    "webhooks/vercel-webhooks": test_samples,
}


def folders() -> list[str]:
    inside = [f for part in ("evidence", "webhooks") for f in (SAMPLES / part).iterdir()]
    return sorted(str(folder.relative_to(SAMPLES)) for folder in inside)


def test_every_folder_is_known() -> None:
    assert folders() == sorted(READ_BY)


@pytest.mark.parametrize("folder", READ_BY)
def test_every_file_has_its_facts(folder: str) -> None:
    files = {path.name for path in (SAMPLES / folder).iterdir()} - ABOUT
    expected = json.loads((SAMPLES / folder / "expected.json").read_text())["files"]

    assert files == set(expected)


@pytest.mark.parametrize(("folder", "module"), READ_BY.items())
def test_every_folder_is_read(folder: str, module: object) -> None:
    source = Path(str(module.__file__)).read_text()  # type: ignore[attr-defined]

    assert f'"{Path(folder).name}"' in source or f"{Path(folder).name}/" in source
