"""Who let it go to production, and whether one person did it all."""

from typing import Any

import pytest

from changes.rules.duties import deployer_is_allowed, more_than_one_person
from changes.rules.facts import ChangeFacts
from changes.vocabulary import Role, Verdict
from tests.factories.facts import (
    AUTHOR,
    BOT,
    LEAD,
    OTHER,
    PEER,
    POLICY,
    STRANGER,
    change_facts,
    commit,
    deployment,
    imported,
    policy,
    release,
)

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNKNOWN, WAITING = Verdict.UNKNOWN, Verdict.WAITING
ENGINEER = frozenset({Role.ENGINEER})
TECH_LEAD = frozenset({Role.TECH_LEAD, Role.ENGINEER})


def deployed(**values: Any) -> ChangeFacts:
    given: dict[str, Any] = {"deployments": (deployment(),)}
    return change_facts(**{**given, **values})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(deployed(), PASSED, id="a tech lead"),
        pytest.param(
            deployed(releases=(release(roles_held=frozenset({Role.ON_CALL})),)),
            PASSED,
            id="on call",
        ),
        pytest.param(deployed(releases=(release(roles_held=ENGINEER),)), FAILED, id="an engineer"),
        pytest.param(deployed(releases=(release(BOT),)), FAILED, id="a bot"),
        pytest.param(
            deployed(releases=(release(roles_held=frozenset()),)),
            UNKNOWN,
            id="nobody kept what they were",
        ),
        pytest.param(deployed(releases=()), UNKNOWN, id="no release"),
        pytest.param(
            deployed(releases=(release(revision=OTHER),)), UNKNOWN, id="of another revision"
        ),
        pytest.param(
            deployed(releases=(), deployments=(deployment(started_by=LEAD, roles_held=TECH_LEAD),)),
            PASSED,
            id="no release, started by a tech lead",
        ),
        pytest.param(
            deployed(releases=(), deployments=(deployment(started_by=PEER, roles_held=ENGINEER),)),
            FAILED,
            id="no release, started by an engineer",
        ),
        pytest.param(
            deployed(releases=(), deployments=(deployment(started_by=BOT),)),
            UNKNOWN,
            id="no release, started by a service",
        ),
        pytest.param(change_facts(), WAITING, id="not deployed yet"),
        pytest.param(imported(), UNKNOWN, id="imported"),
    ],
)
def test_deployer_is_allowed_has_edges(facts: ChangeFacts, expected: Verdict) -> None:
    assert deployer_is_allowed(facts, POLICY).verdict is expected


def test_deployer_is_judged_by_the_policy_when_the_deployment_began() -> None:
    stricter = policy(deployer_roles=(Role.ON_CALL,))
    facts = deployed(deployments=(deployment(policy=stricter),))

    finding = deployer_is_allowed(facts, POLICY)

    assert (finding.verdict, finding.sentence) == (
        FAILED,
        "Leo Lead released aaaaaaaaaaaa as tech lead; it takes: on-call.",
    )


ALONE: dict[str, Any] = {"approvals": (), "releases": (release(AUTHOR),)}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(deployed(), PASSED, id="approved by others"),
        pytest.param(deployed(**ALONE), FAILED, id="made and released alone"),
        pytest.param(deployed(**ALONE, mergers=(AUTHOR,)), FAILED, id="and merged alone"),
        pytest.param(deployed(**ALONE, mergers=(PEER,)), PASSED, id="merged by another"),
        pytest.param(deployed(**ALONE, mergers=(BOT,)), FAILED, id="merged by a bot"),
        pytest.param(
            deployed(**ALONE, mergers=(STRANGER,), commits=(commit(committer=STRANGER),)),
            FAILED,
            id="merged by who pushed it",
        ),
        pytest.param(
            deployed(**{**ALONE, "releases": (release(LEAD),)}), PASSED, id="released by another"
        ),
        pytest.param(imported(deployments=(deployment(),)), UNKNOWN, id="imported"),
        pytest.param(change_facts(**ALONE), WAITING, id="not deployed yet"),
    ],
)
def test_more_than_one_person_has_edges(facts: ChangeFacts, expected: Verdict) -> None:
    assert more_than_one_person(facts, POLICY).verdict is expected
