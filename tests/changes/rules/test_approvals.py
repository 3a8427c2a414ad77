from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from changes.rules.approvals import (
    APPROVAL_RULES,
    approval_by_on_call,
    counted,
    peer_review_by_another_person,
    tech_lead_for_infrastructure,
    tech_lead_of_every_system,
    why_not_counted,
)
from changes.rules.facts import ApprovalFacts, ChangeFacts, PersonFacts
from changes.vocabulary import ApprovalRole, Category, Decision, Verdict
from tests.factories import times
from tests.factories.facts import (
    AUTHOR,
    BOT,
    CLUSTER,
    HEAD,
    LEAD,
    ON_CALL,
    OTHER,
    PAGES,
    PEER,
    POLICY,
    SEARCH,
    STRANGER,
    change_facts,
    commit,
    deployment,
    emergency,
    imported,
    lead_approval,
    on_call_approval,
    peer_approval,
    policy,
    review,
    shift,
    standard,
)

PASSED, FAILED, WAITING = Verdict.PASSED, Verdict.FAILED, Verdict.WAITING
UNKNOWN, NOT_APPLICABLE = Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
EARLIER, LATER = (times.APPROVED + timedelta(minutes=m) for m in (-1, 1))
BOTH = frozenset({"pages", "search"})


def rejection(person: PersonFacts, role: ApprovalRole, **values: Any) -> ApprovalFacts:
    return replace(lead_approval(person, **values), role=role, decision=Decision.REJECTED)


@pytest.mark.parametrize(
    ("approval", "expected"),
    [
        pytest.param(peer_approval(), None, id="for the head revision counts"),
        pytest.param(
            peer_approval(revision=OTHER, patch_id="p1"),
            None,
            id="for another revision of the same diff counts",
        ),
        pytest.param(
            peer_approval(revision=OTHER, patch_id="p2"),
            "Pia Peer approved another revision (bbbbbbbbbbbb), and the diff has changed since.",
            id="for another diff is void",
        ),
        pytest.param(
            peer_approval(revision=OTHER),
            "Pia Peer approved another revision (bbbbbbbbbbbb),"
            " and whether the diff is the same is not known.",
            id="for an unknown diff is void",
        ),
        pytest.param(
            peer_approval(revision=""),
            "Pia Peer approved no revision.",
            id="for no revision is void",
        ),
        pytest.param(
            peer_approval(request_digest="e" * 64),
            "The request was edited after Pia Peer approved it.",
            id="for another wording is void",
        ),
        pytest.param(
            peer_approval(AUTHOR), "Ada Author is an author of the change.", id="by an author"
        ),
        pytest.param(
            peer_approval(BOT), "dependabot is a bot, and only people approve.", id="by a bot"
        ),
    ],
)
def test_approval_counts_for_the_revision_and_wording_it_was_given_for(
    approval: ApprovalFacts, expected: str | None
) -> None:
    assert why_not_counted(approval, change_facts()) == expected


def test_approval_is_void_where_the_diff_of_the_head_is_not_known() -> None:
    facts = change_facts(commits=(commit(patch_id=""),))

    assert why_not_counted(peer_approval(revision=OTHER, patch_id=""), facts) is not None


def test_approval_of_the_head_is_void_where_another_revision_was_deployed() -> None:
    facts = change_facts(deployments=(deployment(revision=OTHER),))

    assert counted(facts) == []


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(change_facts(requester=PEER), id="requester"),
        pytest.param(change_facts(pull_request_authors=(PEER,)), id="author of the pull request"),
        pytest.param(change_facts(commits=(commit(author=PEER),)), id="author of a commit"),
        pytest.param(change_facts(commits=(commit(co_authors=(PEER,)),)), id="co-author"),
        pytest.param(
            change_facts(commits=(commit(), commit(sha=OTHER, author=PEER))),
            id="author of an earlier commit",
        ),
    ],
)
def test_approval_by_anybody_who_made_the_change_does_not_count(facts: ChangeFacts) -> None:
    assert [a.person for a in counted(facts)] == [LEAD]


@pytest.mark.parametrize(
    ("others", "stands"),
    [
        pytest.param([rejection(PEER, ApprovalRole.PEER_REVIEWER)], False, id="at that moment"),
        pytest.param(
            [rejection(PEER, ApprovalRole.PEER_REVIEWER, decided_at=LATER)], False, id="later"
        ),
        pytest.param(
            [rejection(PEER, ApprovalRole.TECH_LEAD, decided_at=LATER)],
            False,
            id="later, in another capacity",
        ),
        pytest.param(
            [rejection(PEER, ApprovalRole.PEER_REVIEWER, decided_at=LATER, revision=OTHER)],
            False,
            id="later, on another revision",
        ),
        pytest.param(
            [rejection(PEER, ApprovalRole.PEER_REVIEWER, decided_at=EARLIER)], True, id="before"
        ),
        pytest.param(
            [rejection(STRANGER, ApprovalRole.PEER_REVIEWER, decided_at=LATER)],
            True,
            id="later, by somebody else",
        ),
        pytest.param(
            [rejection(PEER, ApprovalRole.PEER_REVIEWER, decided_at=times.VERIFIED)],
            True,
            id="after the deployment",
        ),
    ],
)
def test_approval_falls_when_the_same_person_rejects(
    others: list[ApprovalFacts], stands: bool
) -> None:
    facts = change_facts(approvals=(peer_approval(), *others), deployments=(deployment(),))

    assert bool(counted(facts)) is stands


def test_approval_of_a_later_revision_leaves_that_of_the_deployed_one() -> None:
    later = peer_approval(revision=OTHER, decided_at=LATER)

    facts = change_facts(approvals=(peer_approval(), later), deployments=(deployment(),))

    assert [a.revision for a in counted(facts)] == [HEAD]


@pytest.mark.parametrize(
    ("systems", "approvals", "expected"),
    [
        pytest.param((PAGES,), (lead_approval(),), PASSED, id="its lead passes"),
        pytest.param((PAGES,), (), WAITING, id="nobody waits"),
        pytest.param((PAGES,), (peer_approval(LEAD),), WAITING, id="its lead as a peer waits"),
        pytest.param(
            (PAGES,),
            (lead_approval(systems_led=frozenset({"search"})),),
            WAITING,
            id="the lead of another system waits",
        ),
        pytest.param((PAGES, SEARCH), (lead_approval(),), WAITING, id="one of two systems waits"),
        pytest.param(
            (PAGES, SEARCH),
            (lead_approval(systems_led=BOTH),),
            PASSED,
            id="who leads both counts for both",
        ),
        pytest.param(
            (PAGES, SEARCH),
            (lead_approval(), lead_approval(PEER, systems_led=frozenset({"search"}))),
            PASSED,
            id="a lead of each passes",
        ),
        pytest.param((PAGES,), (lead_approval(AUTHOR),), WAITING, id="a lead who wrote it waits"),
        pytest.param((), (lead_approval(),), WAITING, id="no system waits"),
    ],
)
def test_tech_lead_of_every_system_has_edges(
    systems: tuple[Any, ...], approvals: tuple[ApprovalFacts, ...], expected: Verdict
) -> None:
    facts = change_facts(systems=systems, approvals=approvals)

    assert tech_lead_of_every_system(facts, POLICY).verdict is expected


def test_tech_lead_lacking_is_named_with_the_reason() -> None:
    facts = change_facts(
        systems=(PAGES, SEARCH), approvals=(lead_approval(revision=OTHER, systems_led=BOTH),)
    )

    assert tech_lead_of_every_system(facts, POLICY).sentence == (
        "Waits for a tech lead of Pages and of Search."
        " Leo Lead approved another revision (bbbbbbbbbbbb),"
        " and whether the diff is the same is not known."
    )


def test_tech_leads_for_each_system_are_as_many_as_the_policy_says() -> None:
    facts = change_facts(approvals=(lead_approval(), lead_approval(decided_at=LATER)))

    finding = tech_lead_of_every_system(facts, policy(tech_leads_per_system=2))

    assert finding.verdict is WAITING


@pytest.mark.parametrize(
    ("approvals", "reviews", "expected"),
    [
        pytest.param((lead_approval(), peer_approval()), (), PASSED, id="a peer in the portal"),
        pytest.param((lead_approval(),), (review(PEER),), PASSED, id="a peer on the git host"),
        pytest.param((lead_approval(), peer_approval(LEAD)), (), WAITING, id="the lead as peer"),
        pytest.param((lead_approval(),), (review(LEAD),), WAITING, id="the lead's own review"),
        pytest.param((lead_approval(), peer_approval(AUTHOR)), (), WAITING, id="an author"),
        pytest.param((peer_approval(LEAD),), (), PASSED, id="a lead who is a peer only"),
        pytest.param(
            (lead_approval(), lead_approval(PEER), peer_approval(PEER)),
            (),
            PASSED,
            id="a second lead who is not needed as lead",
        ),
    ],
)
def test_peer_review_is_by_another_person(
    approvals: tuple[ApprovalFacts, ...], reviews: tuple[Any, ...], expected: Verdict
) -> None:
    facts = change_facts(approvals=approvals, reviews=reviews)

    assert peer_review_by_another_person(facts, POLICY).verdict is expected


def test_peer_reviewers_are_as_many_as_the_policy_says() -> None:
    two = policy(peer_reviewers_minimum=2)
    one_twice = change_facts(reviews=(review(PEER),))
    two_people = change_facts(reviews=(review(STRANGER),))

    verdicts = [peer_review_by_another_person(f, two).verdict for f in (one_twice, two_people)]

    assert verdicts == [WAITING, PASSED]


@pytest.mark.parametrize(
    ("approvals", "expected"),
    [
        pytest.param((on_call_approval(),), PASSED, id="on call passes"),
        pytest.param((on_call_approval(was_on_call=False),), WAITING, id="off call waits"),
        pytest.param(
            (peer_approval(ON_CALL, was_on_call=True),), WAITING, id="on call, as a peer, waits"
        ),
        pytest.param((lead_approval(),), WAITING, id="a lead while another is on call waits"),
        pytest.param((), WAITING, id="nobody waits"),
    ],
)
def test_emergency_is_approved_by_the_engineer_on_call(
    approvals: tuple[ApprovalFacts, ...], expected: Verdict
) -> None:
    assert approval_by_on_call(emergency(approvals=approvals), POLICY).verdict is expected


@pytest.mark.parametrize(
    ("approval", "expected"),
    [
        pytest.param(on_call_approval(AUTHOR), WAITING, id="the author, although on call, waits"),
        pytest.param(on_call_approval(ON_CALL), PASSED, id="another on call passes"),
        pytest.param(lead_approval(), PASSED, id="a tech lead passes"),
        pytest.param(peer_approval(), WAITING, id="a peer waits"),
    ],
)
def test_emergency_by_an_on_call_author_is_approved_by_another(
    approval: ApprovalFacts, expected: Verdict
) -> None:
    facts = emergency(approvals=(approval,), shifts=(shift(AUTHOR),))

    assert approval_by_on_call(facts, POLICY).verdict is expected


def test_emergency_with_nobody_on_call_is_approved_by_a_tech_lead() -> None:
    facts = emergency(approvals=(lead_approval(),), shifts=())

    assert approval_by_on_call(facts, POLICY).verdict is PASSED


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(standard(systems=(PAGES,)), NOT_APPLICABLE, id="neither flag"),
        pytest.param(standard(systems=(CLUSTER,)), WAITING, id="a flagged system"),
        pytest.param(standard(is_infrastructure=True), WAITING, id="declared on the request"),
        pytest.param(
            standard(is_infrastructure=True, approvals=(lead_approval(),)),
            PASSED,
            id="declared, with the lead's approval",
        ),
        pytest.param(
            standard(
                systems=(CLUSTER, PAGES),
                approvals=(lead_approval(systems_led=frozenset({"cluster"})),),
            ),
            PASSED,
            id="only the flagged system's lead is asked",
        ),
        pytest.param(
            standard(
                is_infrastructure=True,
                systems=(CLUSTER, PAGES),
                approvals=(lead_approval(systems_led=frozenset({"cluster"})),),
            ),
            WAITING,
            id="declared asks the lead of every system",
        ),
        pytest.param(
            standard(is_infrastructure=True, systems=(), approvals=(lead_approval(),)),
            WAITING,
            id="declared, without a system",
        ),
        pytest.param(emergency(systems=(CLUSTER,)), NOT_APPLICABLE, id="an emergency's may follow"),
        pytest.param(
            emergency(
                systems=(CLUSTER,),
                approvals=(lead_approval(systems_led=frozenset({"cluster"})),),
            ),
            PASSED,
            id="an emergency's that came",
        ),
    ],
)
def test_tech_lead_for_infrastructure_has_edges(facts: ChangeFacts, expected: Verdict) -> None:
    assert tech_lead_for_infrastructure(facts, POLICY).verdict is expected


@pytest.mark.parametrize(
    ("category", "asked"),
    [
        (Category.STANDARD, set()),
        (Category.NORMAL, {"tech_lead_of_every_system", "peer_review_by_another_person"}),
        (Category.EMERGENCY, {"approval_by_on_call"}),
    ],
)
def test_approvals_asked_depend_on_the_category(category: Category, asked: set[str]) -> None:
    facts = change_facts(category=category, approvals=())

    findings = [rule(facts, POLICY) for rule in APPROVAL_RULES]

    assert {f.rule for f in findings if f.verdict is not NOT_APPLICABLE} == asked


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        (tech_lead_of_every_system, change_facts(approvals=(), deployments=(deployment(),))),
        (peer_review_by_another_person, change_facts(approvals=(), deployments=(deployment(),))),
        (approval_by_on_call, emergency(approvals=(), deployments=(deployment(),))),
        (
            tech_lead_for_infrastructure,
            standard(systems=(CLUSTER,), deployments=(deployment(),)),
        ),
    ],
)
def test_approval_lacking_after_the_deployment_has_failed(rule: Any, facts: ChangeFacts) -> None:
    finding = rule(facts, POLICY)

    assert (finding.verdict, finding.sentence.startswith("Deployed without ")) == (FAILED, True)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(imported(), id="no reviews reported"),
        pytest.param(imported(sees_reviews=True), id="reviews reported by now"),
        pytest.param(imported(deployments=(deployment(),)), id="deployed"),
        pytest.param(imported(systems=(PAGES,)), id="with a system"),
        pytest.param(imported(systems=(CLUSTER,)), id="with an infrastructure system"),
        pytest.param(imported(category=Category.EMERGENCY, systems=(CLUSTER,)), id="an emergency"),
    ],
)
def test_approvals_of_imported_history_are_unknown_where_they_apply(facts: ChangeFacts) -> None:
    verdicts = {rule(facts, POLICY).verdict for rule in APPROVAL_RULES}

    assert verdicts == {UNKNOWN, NOT_APPLICABLE}
