"""The shell steps of docs/integrate.md run as written, against a portal that answers."""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django.live_server_helper import LiveServer

from changes.models import Deployment, EvidenceItem
from changes.vocabulary import DeploymentOutcome, PipelineStage, RunOutcome, Scope
from changes.workflow.calendar import approve_window_exception
from changes.workflow.sources import record_run
from tests.factories.interfaces import a_secret
from tests.factories.people import a_tech_lead
from tests.factories.stories import Story, make_story
from tests.factories.times import APPROVED, NOW

GUIDE = (Path(__file__).parent.parent / "docs/integrate.md").read_text()
JUNIT = '<testsuite name="all"><testcase name="a"/><testcase name="b"/></testsuite>'
COBERTURA = (
    '<coverage line-rate="1"><packages><package><classes><class filename="a.py">'
    '<lines><line number="1" hits="1"/></lines></class></classes></package></packages></coverage>'
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def github_steps() -> list[str]:
    jobs = yaml.safe_load(blocks("yaml")[0])["jobs"]
    return [step["run"] for job in jobs.values() for step in job["steps"]]


def gitlab_steps() -> str:
    """Of one job all lines run in one shell."""
    script: list[str] = yaml.safe_load(blocks("yaml")[1])["change control"]["script"]
    return "\n".join(script)


@pytest.fixture
def story(committed_db: None) -> Story:
    """Approved, with leave for whatever day this is: the server has a clock of its own."""
    story = make_story().pass_gates().approve()
    approve_window_exception(
        request=story.change,
        actor=a_tech_lead(),
        at=NOW,
        reason="A test runs on any day.",
        valid_until=datetime(2200, 1, 1, tzinfo=UTC),
    )
    return story


@pytest.fixture
def run(story: Story, live_server: LiveServer, tmp_path: Path) -> Any:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/junit.xml").write_text(JUNIT)
    (tmp_path / "reports/coverage.xml").write_text(COBERTURA)
    (tmp_path / "script").mkdir()
    (tmp_path / "script/end-to-end").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "script/end-to-end").chmod(0o755)
    scopes = (Scope.EVIDENCE_WRITE, Scope.DEPLOYMENTS_WRITE, Scope.CHANGES_READ)
    environment = {
        **os.environ,
        "ORCA_URL": live_server.url,
        "ORCA_TOKEN": a_secret(*scopes),
        "REVISION": story.head,
        "CI_COMMIT_SHA": story.head,
    }

    def step(script: str, exit_status: int = 0, **more: str) -> None:
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=tmp_path,
            env={**environment, **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == exit_status, (script, done.stdout, done.stderr)

    return step


def fail_end_to_end(story: Story) -> None:
    record_run(
        repository=story.repository,
        revision=story.head,
        stage=PipelineStage.END_TO_END,
        check_name="synthetic",
        outcome=RunOutcome.FAILED,
        started_at=APPROVED,
        finished_at=APPROVED,
        change=story.change,
    )


def test_github_job(run: Any, story: Story) -> None:
    for script in github_steps():
        run(script)

    deployment = Deployment.objects.get()
    kinds = set(EvidenceItem.objects.values_list("kind", flat=True))
    assert (deployment.change, deployment.outcome) == (story.change, DeploymentOutcome.SUCCEEDED)
    assert [s.name for s in deployment.stages.all()] == ["canary", "10", "50", "100"]
    assert kinds == {"junit", "cobertura"}


def test_gitlab_job(run: Any) -> None:
    run(gitlab_steps())

    assert EvidenceItem.objects.get().kind == "junit"


def test_curl(run: Any, story: Story) -> None:
    end_to_end, samples, rollback, verification = blocks("sh")
    find, send, ask, begin, _ = github_steps()
    fail_end_to_end(story)
    for script in (find, send):
        run(script)
    run(ask, exit_status=1)
    run(end_to_end, REPOSITORY=story.repository.name)
    for script in (ask, begin):
        run(script)
    first = str(Deployment.objects.get().pk)
    run(samples, DEPLOYMENT=first)
    run(rollback, DEPLOYMENT=first)
    run(verification, DEPLOYMENT=first)

    deployment = Deployment.objects.get()
    assert deployment.outcome == DeploymentOutcome.ROLLED_BACK
    assert (deployment.samples.count(), deployment.verifications.count()) == (1, 1)


def test_guide_is_whole() -> None:
    scopes = set(re.findall(r"\| `([a-z]+:[a-z]+)` \|", GUIDE))

    assert scopes == set(Scope)
    assert len(github_steps()) == 5
