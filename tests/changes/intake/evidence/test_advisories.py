import json
from typing import Any

import pytest

from changes.intake.evidence import Unreadable
from changes.vocabulary import Verdict
from tests.changes.intake.evidence.reading import judged, read


def test_npm_advisory_counts_once_however_many_packages_it_reaches() -> None:
    advisory = {"source": 7, "name": "deep", "severity": "moderate"}
    report = {"vulnerabilities": {"deep": {"via": [advisory]}, "top": {"via": ["deep", advisory]}}}

    numbers = read("npm-audit", json.dumps(report))

    assert (numbers["by_severity"]["medium"], numbers["packages"]) == (1, 1)
    assert judged("npm-audit", json.dumps(report)) is Verdict.PASSED


def test_snyk_counts_each_id_once_over_projects() -> None:
    entry = {"id": "SNYK-1", "severity": "critical", "packageName": "p"}
    report = json.dumps([{"vulnerabilities": [entry, entry]}, {"vulnerabilities": [entry]}])

    assert read("snyk", report)["by_severity"]["critical"] == 1
    assert judged("snyk", report) is Verdict.FAILED
    assert judged("snyk", "[]") is Verdict.UNKNOWN


# pnpm and npm 6 write the older one; npm 7 and later the newer.
ADVISORY = {"id": 1096366, "module_name": "deep", "severity": "critical", "findings": [{}]}
OLDER = {"actions": [], "advisories": {"1096366": ADVISORY}, "muted": []}
COUNTS = {"vulnerabilities": {"info": 5, "critical": 9}}
CAUSE = {"source": 1096366, "name": "deep", "severity": "critical", "url": "https://a.test/1"}
NEWER = {"auditReportVersion": 2, "vulnerabilities": {"deep": {"via": [CAUSE, "other"]}}}
NPM: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "version 1": (OLDER, (1, 1)),
    "version 1, nothing found": ({"advisories": {}}, (0, 0)),
    "version 2": (NEWER, (1, 1)),
    "version 2, nothing found": ({"auditReportVersion": 2, "vulnerabilities": {}}, (0, 0)),
    "what the metadata counts does not": (OLDER | {"metadata": COUNTS}, (1, 1)),
    "a cause that is one object": ({"vulnerabilities": {"deep": {"via": CAUSE}}}, (1, 1)),
    "one advisory by two packages": (
        {"vulnerabilities": {"a": {"via": [CAUSE]}, "b": {"via": [CAUSE | {"name": "b"}]}}},
        (1, 2),
    ),
    "two without a number, by address": (
        {
            "vulnerabilities": {
                "deep": {
                    "via": [
                        {"url": "https://a.test/1", "severity": "critical"},
                        {"url": "https://a.test/2", "severity": "critical"},
                    ]
                }
            }
        },
        (2, 1),
    ),
    "two that name nothing": (
        {"vulnerabilities": {n: {"via": [{"severity": "critical"}]} for n in ("a", "b")}},
        (2, 2),
    ),
}


@pytest.mark.parametrize(("report", "counts"), NPM.values(), ids=NPM)
def test_npm_audit_of_either_version(report: dict[str, Any], counts: tuple[int, int]) -> None:
    numbers = read("npm-audit", json.dumps(report))

    assert (numbers["by_severity"]["critical"], numbers["packages"]) == counts


PROJECT = {
    "ok": False,
    "vulnerabilities": [
        {"id": "SNYK-1", "severity": "critical", "packageName": "p", "semver": {"v": ["<2"]}},
        {"id": "SNYK-1", "severity": "critical", "packageName": "p", "from": ["other", "p"]},
        {"id": "SNYK-2", "severity": "low", "moduleName": "q"},
        {"id": "snyk:lic:npm:r:GPL-3.0", "type": "license", "severity": "high", "name": "r"},
    ],
    "filtered": {"ignore": [{"id": "SNYK-9", "severity": "critical"}], "patch": []},
}
CONTAINER = {"vulnerabilities": [], "applications": [PROJECT]}


@pytest.mark.parametrize(
    ("report", "projects"),
    [
        pytest.param(PROJECT, 1, id="one object"),
        pytest.param([PROJECT], 1, id="a list of one"),
        pytest.param([PROJECT, {"ok": True, "vulnerabilities": []}, PROJECT], 3, id="a list"),
        pytest.param(CONTAINER, 2, id="an image with its applications"),
        pytest.param([CONTAINER], 2, id="a list of images"),
    ],
)
def test_snyk_report_of_any_shape(report: Any, projects: int) -> None:
    numbers = read("snyk", json.dumps(report))

    assert numbers["projects"] == projects
    assert numbers["packages"] == 3
    assert numbers["by_severity"] == {
        "critical": 1, "high": 1, "medium": 0, "low": 1, "info": 0, "unknown": 0
    }  # fmt: skip


OTHERS = {
    "pip-audit": {"dependencies": [{"name": "a", "version": "1", "vulns": []}], "fixes": []},
    "Trivy": {"SchemaVersion": 2, "Results": [{"Vulnerabilities": [{"Severity": "CRITICAL"}]}]},
    "Snyk's infrastructure as code": {"infrastructureAsCodeIssues": []},
}


@pytest.mark.parametrize("kind", ["npm-audit", "snyk", "sarif", "cyclonedx", "istanbul"])
@pytest.mark.parametrize("report", OTHERS.values(), ids=OTHERS)
def test_report_of_another_tool_is_refused(kind: str, report: dict[str, Any]) -> None:
    """Both write SARIF and CycloneDX as well; their own JSON is of no kind here."""
    with pytest.raises(Unreadable, match="expected"):
        read(kind, json.dumps(report))


def test_one_project_that_failed_spoils_the_list() -> None:
    with pytest.raises(Unreadable, match="no lock file"):
        read("snyk", json.dumps([PROJECT, {"ok": False, "error": "no lock file"}]))
