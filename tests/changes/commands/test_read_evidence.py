import hashlib
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from changes.models import PolicyVersion
from tests.unguarded import unguarded

SAMPLES = Path(__file__).parents[2] / "samples" / "evidence"


def test_prints_one_object_with_kind_tool_digest_and_verdict(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = SAMPLES / "junit" / "publish-utr--junit.fail.xml"
    call_command("read_evidence", "junit", str(path))

    assert json.loads(capsys.readouterr().out) == {
        "kind": "junit",
        "tool": "JUnit",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "verdict": "failed",
        "tests": 5,
        "passed": 3,
        "failed": 1,
        "skipped": 1,
        "flaky": 0,
        "suite_errors": 0,
    }


def test_verdict_is_by_the_policy_in_force(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "coverage-summary.json"
    report.write_text('{"total": {"lines": {"total": 10, "covered": 7, "pct": 70}}}')
    call_command("read_evidence", "istanbul", str(report))
    with unguarded():
        PolicyVersion.objects.update(coverage_minimum_percent=70)
    call_command("read_evidence", "istanbul", str(report))

    answers = capsys.readouterr().out.replace("}\n{", "}|{").split("|")
    assert [json.loads(answer)["verdict"] for answer in answers] == ["failed", "passed"]


def test_without_a_policy_the_customer_s_first_version_judges(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with unguarded():
        PolicyVersion.objects.all().delete()
    report = tmp_path / "coverage-summary.json"
    report.write_text('{"total": {"lines": {"total": 10, "covered": 8, "pct": 80}}}')
    call_command("read_evidence", "istanbul", str(report))

    assert json.loads(capsys.readouterr().out)["verdict"] == "passed"


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        pytest.param("junit", "nowhere.xml", "cannot be opened", id="no file"),
        pytest.param("junit", "", "cannot be opened", id="a folder"),
        pytest.param("pdf", "text", "is no kind of evidence", id="no kind"),
        pytest.param("junit", "text", "not XML", id="no XML"),
    ],
)
def test_unusable_file_ends_with_2_and_a_sentence(
    tmp_path: Path, kind: str, name: str, words: str
) -> None:
    (tmp_path / "text").write_text("just text")
    with pytest.raises(CommandError, match=words) as caught:
        call_command("read_evidence", kind, str(tmp_path / name))

    assert caught.value.returncode == 2
