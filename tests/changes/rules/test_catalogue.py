"""The ordered catalogue of rules, and what they say together."""

from changes.rules import RULES, judge
from changes.vocabulary import Verdict
from tests.factories.facts import (
    OTHER,
    POLICY,
    all_gates,
    all_runs,
    change_facts,
    deployment,
    imported,
    post_mortem,
    release,
    rolled_back,
)
from tests.factories.times import NOW


def test_judge_gives_one_finding_for_each_rule_in_order() -> None:
    findings = judge(change_facts(), POLICY)

    assert [finding.rule for finding in findings] == [rule.__name__ for rule in RULES]


def test_judge_clears_a_change_that_did_everything() -> None:
    findings = judge(change_facts(deployments=(deployment(),)), POLICY)

    assert [finding for finding in findings if finding.is_open] == []


def test_judge_never_passes_or_fails_what_the_imported_history_does_not_show() -> None:
    verdicts = {finding.verdict for finding in judge(imported(), POLICY)}

    assert verdicts == {Verdict.UNKNOWN, Verdict.NOT_APPLICABLE}


def test_judge_asks_approvals_and_gates_for_each_revision_that_was_deployed() -> None:
    mended = deployment(revision=OTHER, started_at=NOW)
    facts = change_facts(
        deployments=(rolled_back(), mended),
        gate_results=(*all_gates(), *all_gates(OTHER)),
        releases=(release(), release(revision=OTHER)),
        runs=(*all_runs(), *all_runs(OTHER)),
        post_mortem=post_mortem(),
    )

    failed = {f.rule for f in judge(facts, POLICY) if f.verdict is Verdict.FAILED}

    assert failed == {
        "tech_lead_of_every_system",
        "peer_review_by_another_person",
        "code_review_approved",
    }


def test_judge_is_content_with_the_same_revision_deployed_again() -> None:
    facts = change_facts(
        deployments=(rolled_back(), deployment(started_at=NOW)), post_mortem=post_mortem()
    )

    assert [finding for finding in judge(facts, POLICY) if finding.is_open] == []
