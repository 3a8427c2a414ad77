from datetime import date

import pytest

from changes.rules import Rule
from changes.rules.facts import AdvisoryFacts, ChangeFacts
from changes.rules.rollout import (
    advisory_answered_in_time,
    approved_is_what_runs,
    stages_in_order,
)
from changes.rules.verification import verified_after_deployment
from changes.vocabulary import Verdict
from tests.factories.facts import POLICY, change_facts, deployment, imported, policy
from tests.factories.times import NOW

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNKNOWN, WAITING = Verdict.UNKNOWN, Verdict.WAITING
ALL = frozenset({"smoke_tests", "health_checks", "kpi"})


@pytest.mark.parametrize(
    ("stages", "outcome", "expected"),
    [
        pytest.param("canary 10 50 100", "succeeded", PASSED, id="all in order passes"),
        pytest.param("canary 50 100", "succeeded", FAILED, id="a skipped one fails"),
        pytest.param("10 50 100", "succeeded", FAILED, id="no canary fails"),
        pytest.param("canary 50 10 100", "succeeded", FAILED, id="backwards fails"),
        pytest.param("canary 10 10 50 100", "succeeded", FAILED, id="repeated fails"),
        pytest.param("canary 10 50 100 canary", "succeeded", FAILED, id="one too many fails"),
        pytest.param("canary full", "succeeded", FAILED, id="canary and full fails"),
        pytest.param("canary 10 50", "succeeded", FAILED, id="a missing last one fails"),
        pytest.param("", "succeeded", FAILED, id="none at all fails"),
        pytest.param("canary 10", "running", UNKNOWN, id="under way is unknown"),
        pytest.param("", "running", UNKNOWN, id="just begun is unknown"),
        pytest.param("canary 50", "running", FAILED, id="skipped while under way fails"),
        pytest.param("canary 10", "rolled_back", PASSED, id="halted by a rollback passes"),
        pytest.param("canary 50", "rolled_back", FAILED, id="skipped before a rollback fails"),
        pytest.param("canary", "failed", FAILED, id="a failed rollout fails"),
    ],
)
def test_stages_in_order_has_edges(stages: str, outcome: str, expected: Verdict) -> None:
    facts = change_facts(deployments=(deployment(stages=tuple(stages.split()), outcome=outcome),))

    assert stages_in_order(facts, POLICY).verdict is expected


def test_stages_are_those_of_the_policy() -> None:
    facts = change_facts(deployments=(deployment(stages=("canary", "100")),))

    assert stages_in_order(facts, policy(rollout_stages=("canary", "100"))).verdict is PASSED


def test_stages_under_way_name_the_next_and_who_begins_it() -> None:
    facts = change_facts(deployments=(deployment(stages=("canary",), outcome="running"),))

    assert stages_in_order(facts, POLICY).sentence == (
        "The next stage is 10: whoever deploys begins it."
    )


@pytest.mark.parametrize(
    ("verified", "failed", "outcome", "expected"),
    [
        pytest.param(ALL, frozenset(), "succeeded", PASSED, id="all three passed"),
        pytest.param(ALL - {"kpi"}, frozenset(), "succeeded", UNKNOWN, id="no KPI yet"),
        pytest.param(frozenset(), frozenset(), "succeeded", UNKNOWN, id="none yet"),
        pytest.param(frozenset(), frozenset(), "failed", FAILED, id="the rollout failed without"),
        pytest.param(ALL - {"kpi"}, frozenset({"kpi"}), "succeeded", FAILED, id="the KPI failed"),
        pytest.param(frozenset(), frozenset(), "rolled_back", FAILED, id="rolled back before"),
    ],
)
def test_verified_after_deployment_has_edges(
    verified: frozenset[str], failed: frozenset[str], outcome: str, expected: Verdict
) -> None:
    done = deployment(verified=verified, failed_verifications=failed, outcome=outcome)

    assert verified_after_deployment(change_facts(deployments=(done,)), POLICY).verdict is expected


def test_verification_is_that_of_the_last_deployment() -> None:
    first = deployment(outcome="rolled_back", verified=frozenset())
    second = deployment(started_at=NOW)

    facts = change_facts(deployments=(second, first))

    assert verified_after_deployment(facts, POLICY).verdict is PASSED


@pytest.mark.parametrize("rule", [stages_in_order, verified_after_deployment])
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(), WAITING, id="not deployed yet"),
        pytest.param(change_facts(sees_deployments=False), UNKNOWN, id="none reported"),
        pytest.param(imported(sees_deployments=True), UNKNOWN, id="imported history"),
    ],
)
def test_rollout_without_a_deployment_is_no_pass(
    rule: Rule, facts: ChangeFacts, expected: Verdict
) -> None:
    assert rule(facts, POLICY).verdict is expected


DIGEST = "sha256:" + "c" * 64


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(deployments=(deployment(),)), PASSED, id="approved and known"),
        pytest.param(
            change_facts(deployments=(deployment(artifact_digest=""),)), UNKNOWN, id="no artifact"
        ),
        pytest.param(
            change_facts(deployments=(deployment(), deployment(started_at=NOW))),
            PASSED,
            id="the same artifact twice",
        ),
        pytest.param(
            change_facts(
                deployments=(deployment(), deployment(started_at=NOW, artifact_digest=DIGEST))
            ),
            FAILED,
            id="another artifact of the same revision",
        ),
        pytest.param(
            change_facts(deployments=(deployment(revision="b" * 40),)),
            FAILED,
            id="another revision than was approved",
        ),
        pytest.param(change_facts(), WAITING, id="not deployed yet"),
        pytest.param(imported(deployments=(deployment(),)), UNKNOWN, id="imported"),
    ],
)
def test_approved_is_what_runs_has_edges(facts: ChangeFacts, expected: Verdict) -> None:
    assert approved_is_what_runs(facts, POLICY).verdict is expected


PUBLISHED = AdvisoryFacts("CVE-2026-1234", date(2026, 6, 1))


@pytest.mark.parametrize(
    ("advisory", "deployed_on", "expected"),
    [
        pytest.param(None, date(2026, 7, 14), Verdict.NOT_APPLICABLE, id="it answers none"),
        pytest.param(PUBLISHED, date(2026, 7, 1), PASSED, id="on the thirtieth day"),
        pytest.param(PUBLISHED, date(2026, 7, 2), FAILED, id="a day later"),
        pytest.param(PUBLISHED, None, WAITING, id="not deployed yet"),
    ],
)
def test_advisory_is_answered_in_time(
    advisory: AdvisoryFacts | None, deployed_on: date | None, expected: Verdict
) -> None:
    facts = change_facts(advisory=advisory, deployed_on=deployed_on)

    assert advisory_answered_in_time(facts, POLICY).verdict is expected
