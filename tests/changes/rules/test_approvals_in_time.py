"""For what an approval counts: only before the deployment, and only for what was deployed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from changes.rules.approvals import counted, peer_reviewers, why_not_counted
from changes.rules.facts import (
    ApprovalFacts,
    ChangeFacts,
    CommitFacts,
    DeploymentFacts,
    PersonFacts,
    ReviewFacts,
)
from changes.vocabulary import ApprovalRole, Category, Decision, Origin, ReviewState, State
from tests.factories.times import DEPLOYED

LEAD = PersonFacts(1, "Hedda")
APPROVAL = ApprovalFacts(
    person=LEAD,
    role=ApprovalRole.TECH_LEAD,
    decision=Decision.APPROVED,
    decided_at=DEPLOYED - timedelta(hours=1),
    revision="new",
    request_digest="d",
    patch_id="diff-of-new",
)
FACTS = ChangeFacts(
    key="CHG-000001",
    category=Category.NORMAL,
    origin=Origin.PORTAL,
    state=State.DEPLOYED,
    texts={},
    request_digest="d",
    head_revision="new",
    commits=(
        CommitFacts("old", DEPLOYED, parents=("base",), patch_id="diff-of-old"),
        CommitFacts("new", DEPLOYED, parents=("base",), patch_id="diff-of-new"),
        CommitFacts("rebased", DEPLOYED, parents=("main",), patch_id="diff-of-new"),
    ),
    deployments=(DeploymentFacts("new", DEPLOYED),),
    approvals=(APPROVAL,),
)


@pytest.mark.parametrize(
    ("late_by", "counts"),
    [(timedelta(seconds=-1), True), (timedelta(0), False), (timedelta(minutes=40), False)],
    ids=["a second before", "the same instant", "after"],
)
def test_approval_counts_only_before_the_deployment(late_by: timedelta, counts: bool) -> None:
    facts = replace(FACTS, approvals=(replace(APPROVAL, decided_at=DEPLOYED + late_by),))
    assert bool(counted(facts)) is counts


def test_late_approval_says_that_it_was_late() -> None:
    late = replace(APPROVAL, decided_at=DEPLOYED + timedelta(minutes=40))
    assert why_not_counted(late, FACTS) == "Hedda approved it after it was deployed."


@pytest.mark.parametrize(
    ("deployed", "counts"),
    [("new", True), ("rebased", True), ("old", False)],
    ids=["what was approved", "the same diff rebased", "an older revision of the branch"],
)
def test_approval_counts_for_the_deployed_revision_or_its_diff(deployed: str, counts: bool) -> None:
    facts = replace(FACTS, deployments=(DeploymentFacts(deployed, DEPLOYED),))
    assert bool(counted(facts)) is counts


def test_review_after_the_deployment_is_no_review() -> None:
    late = ReviewFacts(LEAD, ReviewState.APPROVED, "new", DEPLOYED + timedelta(minutes=1))
    in_time = replace(late, submitted_at=DEPLOYED - timedelta(minutes=1))
    assert not peer_reviewers(replace(FACTS, approvals=(), reviews=(late,)))
    assert set(peer_reviewers(replace(FACTS, approvals=(), reviews=(in_time,)))) == {LEAD.id}
