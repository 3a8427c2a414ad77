"""The machines around a change, as they speak to a running portal: git host, pipeline, rollout."""

import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import httpx

from changes.vocabulary import Scope
from tests.browser.wall_clock import WallClock
from tests.changes.workflow.hosts.session import REPOSITORY, user
from tests.factories.interfaces import a_secret
from tests.hooks import body_of, headers_of

SCOPES = (Scope.CHANGES_READ, Scope.EVIDENCE_WRITE, Scope.DEPLOYMENTS_WRITE)
CHECKS = (
    ("compile", "linters"),
    ("unit", "integration"),
    ("CodeQL", "npm audit", "Snyk"),
    ("staging",),
    ("synthetic",),
)
_CODEQL = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "CodeQL"}}, "results": []}]}
REPORTS = {
    "junit": '<testsuite tests="2"><testcase name="sorts"/><testcase name="pages"/></testsuite>',
    "lcov": "SF:pages.py\nDA:1,1\nDA:2,3\nend_of_record\n",
    "sarif": json.dumps(_CODEQL),
    "npm-audit": json.dumps({"auditReportVersion": 2, "vulnerabilities": {}}),
    "snyk": json.dumps({"ok": True, "vulnerabilities": []}),
}


@dataclass
class Machines:
    """What is posted is signed, or carries a token; a refusal ends the test with its sentence."""

    url: str
    wall: WallClock
    posted: int = 0
    pull: dict[str, Any] = field(default_factory=dict)
    secret: str = field(default_factory=lambda: a_secret(*SCOPES))

    def open_pull_request(self, number: int, head: str, key: str, paths: list[str]) -> None:
        """A branch with one commit of the engineer, pushed and opened."""
        at, branch = self._at(), f"branch-{number}"
        author = {"name": "Amara", "email": "amara@orca.example", "username": "amara"}
        commit = {
            "id": head,
            "message": "Sort the pages",
            "timestamp": at,
            "author": author,
            "committer": author,
            "added": [],
            "removed": [],
            "modified": paths,
        }
        self.github(
            "push",
            ref=f"refs/heads/{branch}",
            before="0" * 40,
            after=head,
            head_commit={"id": head},
            commits=[commit],
        )
        pull = {
            "number": number,
            "title": "Sort the pages",
            "body": f"Change: {key}",
            "html_url": f"https://github.com/orca/portal/pull/{number}",
            "user": user("amara"),
            "state": "open",
            "merged": False,
            "draft": False,
            "head": {"sha": head, "ref": branch, "repo": REPOSITORY},
            "base": {"sha": "f" * 40, "ref": "main", "repo": REPOSITORY},
            "merge_commit_sha": None,
            "merged_by": None,
            "merged_at": None,
            "created_at": at,
            "closed_at": None,
            "updated_at": at,
            "commits": 1,
            "changed_files": len(paths),
        }
        self.github("pull_request", action="opened", number=number, pull_request=pull)
        self.pull = pull

    def review(self, login: str) -> None:
        """Somebody approves the pull request where the code is."""
        left_out = ("merged", "merged_by", "commits", "changed_files")
        review = {
            "id": self.posted,
            "user": user(login),
            "state": "approved",
            "commit_id": self.pull["head"]["sha"],
            "submitted_at": self._at(),
        }
        short = {name: value for name, value in self.pull.items() if name not in left_out}
        self.github("pull_request_review", action="submitted", review=review, pull_request=short)

    def run_pipeline(self, number: int, head: str, key: str) -> None:
        """Stage after stage, a minute each; then the reports that the tools wrote."""
        for checks in CHECKS:
            began = self._at()
            self.wall.pass_minutes(1)
            for name in checks:
                run = {
                    "id": self.posted,
                    "name": name,
                    "head_sha": head,
                    "status": "completed",
                    "conclusion": "success",
                    "started_at": began,
                    "completed_at": self._at(),
                    "pull_requests": [{"number": number}],
                }
                self.github("check_run", action="completed", check_run=run)
        for kind, content in REPORTS.items():
            self.send(f"/changes/{key}/evidence/", kind, content, head)

    def sample(self, deployment: int, **values: Any) -> None:
        """What monitoring sees at this moment, all well unless told otherwise."""
        well = {"error_rate_percent": 0.2, "latency_p95_ms": 250, "is_healthy": True}
        said = {"taken_at": self._at(), **well, **values}
        self.report(f"/deployments/{deployment}/samples/", said)

    def github(self, event: str, **values: Any) -> None:
        self.posted += 1
        body = body_of({"repository": REPOSITORY, "sender": user("amara"), **values})
        headers = headers_of("github", body, event, f"{event}-{self.posted}")
        headers["Content-Type"] = "application/json"
        answer = httpx.post(f"{self.url}/hooks/github/", content=body, headers=headers)
        assert answer.status_code == 202, answer.text

    def send(self, path: str, kind: str, content: str, revision: str) -> None:
        answer = httpx.post(
            f"{self.url}/api/v1{path}",
            data={"kind": kind, "revision": revision},
            files={"file": (f"report.{kind}", content.encode())},
            headers=self._headers,
        )
        assert answer.status_code == 201, answer.text

    def report(self, path: str, said: Any) -> Any:
        answer = httpx.post(f"{self.url}/api/v1{path}", json=said, headers=self._headers)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v1{path}", headers=self._headers)
        assert answer.is_success, answer.text
        return answer.json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def _at(self) -> str:
        return self.wall.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
