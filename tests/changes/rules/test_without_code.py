import pytest

from changes.rules import judge
from changes.vocabulary import Means, Verdict
from tests.factories.facts import POLICY, change_facts, deployment

WITHOUT = [means for means in Means if means is not Means.CODE]


def verdicts(**values: object) -> dict[str, tuple[Verdict, str]]:
    found = judge(change_facts(gate_results=(), **values), POLICY)
    return {finding.rule: (finding.verdict, finding.sentence) for finding in found}


@pytest.mark.parametrize("means", WITHOUT)
def test_no_pipeline_is_asked_of_what_has_no_code(means: Means) -> None:
    found = verdicts(means=means, evidence_files=1)
    for rule in (
        "all_tests_passed",
        "coverage_reaches_minimum",
        "no_critical_security_finding",
        "code_review_approved",
        "pipeline_stages_in_order",
        "released_after_end_to_end",
        "approved_is_what_runs",
        "documents_match_paths",
    ):
        assert found[rule][0] is Verdict.NOT_APPLICABLE, rule


@pytest.mark.parametrize(
    ("deployments", "verdict"), [((), Verdict.WAITING), ((deployment(),), Verdict.UNKNOWN)]
)
def test_a_change_without_code_has_to_show_a_file(deployments: tuple, verdict: Verdict) -> None:
    found = verdicts(means=Means.CONSOLE_CHANGE, deployments=deployments)
    assert found["all_tests_passed"] == (
        verdict,
        "Attach what shows that the console change was tried: no pipeline tests it.",
    )


def test_attached_files_are_counted_and_are_no_pass() -> None:
    found = verdicts(means=Means.FEATURE_FLAG, evidence_files=2)
    assert found["all_tests_passed"] == (
        Verdict.NOT_APPLICABLE,
        "No pipeline tests a feature flag; 2 attached files show how it was tried.",
    )


def test_code_is_asked_for_everything_whatever_is_attached() -> None:
    assert verdicts(evidence_files=9)["all_tests_passed"][0] is Verdict.WAITING


def test_approvals_are_asked_of_what_has_no_code() -> None:
    found = verdicts(means=Means.VENDOR_PATCH, evidence_files=1, approvals=())
    assert found["tech_lead_of_every_system"][0] is Verdict.WAITING
    assert found["peer_review_by_another_person"][0] is Verdict.WAITING
