from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from changes.models import EvidenceItem, GateResult
from changes.queries.judgements import judgement_of
from changes.vocabulary import Verdict
from changes.workflow.evidence_files import Attached, attach_evidence, safe_name
from changes.workflow.refusals import Invalid
from tests.factories.stories import Story, make_story
from tests.factories.times import NOW

PASSING = b'<testsuite><testcase name="a"/></testsuite>'
FAILING = b"<testsuite><testcase><failure/></testcase></testsuite>"
pytestmark = pytest.mark.django_db


def attach(story: Story, content: bytes = PASSING, kind: str = "junit", **more: Any) -> Attached:
    values: dict[str, Any] = {"name": "unit.xml", "actor": story.requester, "at": NOW, **more}
    return attach_evidence(request=story.change, kind=kind, content=BytesIO(content), **values)


def test_file_is_kept_by_its_digest_and_its_facts_become_a_result() -> None:
    story = make_story()
    written = NOW - timedelta(hours=2)
    attached = attach(story, effective_at=written)

    item, result = attached.item, attached.gate_result
    assert (item.effective_at, item.uploaded_at, item.size_bytes) == (written, NOW, len(PASSING))
    assert item.sha256 in str(item.content.name)
    with item.content.open() as kept:
        assert kept.read() == PASSING
    assert result is not None
    assert (result.revision, result.produced_at) == (story.pull.head_revision, written)
    assert result.numbers == {"total": 1, "passed": 1, "failed": 0, "skipped": 0}
    assert result.evidence_item == item


def test_same_file_again_changes_nothing() -> None:
    story = make_story()
    first, second = attach(story), attach(story)

    assert (first.item, first.gate_result) == (second.item, second.gate_result)
    assert (first.is_new, second.is_new) == (True, False)
    assert (EvidenceItem.objects.count(), GateResult.objects.count()) == (1, 1)


def test_passing_report_does_not_stand_in_for_a_failing_one() -> None:
    story = make_story()
    attach(story, FAILING, name="unit.xml")
    attach(story, PASSING, name="integration.xml")

    finding = judgement_of(story.change, NOW).finding("all_tests_passed")
    assert finding.verdict is Verdict.FAILED


def test_newer_report_of_the_same_name_replaces_the_older_one() -> None:
    story = make_story()
    attach(story, FAILING, effective_at=NOW - timedelta(hours=2))
    attach(story, PASSING, effective_at=NOW - timedelta(hours=1))

    finding = judgement_of(story.change, NOW).finding("all_tests_passed")
    assert finding.verdict is Verdict.PASSED


def test_scan_that_never_ran_is_kept_but_is_no_result() -> None:
    attached = attach(make_story(), b'{"version": "2.1.0", "runs": []}', kind="sarif")

    assert EvidenceItem.objects.get() == attached.item
    assert attached.gate_result is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"kind": "pdf"}, "kind", id="an unknown kind"),
        pytest.param({"content": b"no XML"}, "file", id="an unreadable file"),
        pytest.param({"revision": "main"}, "revision", id="a branch for a revision"),
        pytest.param({"effective_at": NOW + timedelta(days=1)}, "effective_at", id="the future"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        attach(make_story(), **values)

    assert list(caught.value.fields) == [field]
    assert not EvidenceItem.objects.exists()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\unit.xml", "unit.xml"),
        ("a\x00b\u202ec.xml", "abc.xml"),
        ("x" * 300, "x" * 200),
        ("...", "unnamed"),
        ("", "unnamed"),
    ],
)
def test_name_is_for_reading_only(name: str, safe: str) -> None:
    assert safe_name(name) == safe
