from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import ChangeRequest
from changes.queries.facts import facts_of
from changes.queries.judgements import (
    judgement_of,
    judgements_of,
    reasons_against_deployment,
)
from changes.queries.record import with_record
from changes.rules import RULES
from changes.vocabulary import ApprovalRole, Category, Verdict
from tests.factories import times
from tests.factories.catalogue import StandardProcedureFactory
from tests.factories.policy import PolicyVersionFactory, version_1
from tests.factories.request import ChangeRequestFactory
from tests.factories.stories import make_draft, make_story

pytestmark = pytest.mark.django_db


def test_judgement_holds_every_rule_in_order() -> None:
    judgement = judgement_of(make_story().change, times.NOW)

    assert [finding.rule for finding in judgement.findings] == [rule.__name__ for rule in RULES]


def test_judgement_of_a_change_that_did_everything_waits_for_nothing() -> None:
    story = make_story().pass_gates().approve().deploy().verify()

    judgement = judgement_of(story.change, times.NOW)

    assert (judgement.waits_for, judgement.approved_at) == (None, times.APPROVED)


def test_judgement_says_the_one_thing_to_do_next() -> None:
    story = make_story()

    waits_for = judgement_of(story.change, times.NOW).waits_for

    assert waits_for is not None
    assert waits_for.sentence == f"Waits for a tech lead of {story.system}."


def test_judgement_shows_what_is_open_first_and_sets_apart_what_does_not_apply() -> None:
    found = judgement_of(make_story().pass_gates().change, times.NOW)

    verdicts = [finding.is_open for finding in found.applying]
    assert verdicts == sorted(verdicts, reverse=True)
    assert (verdicts[0], verdicts[-1]) == (True, False)
    assert len(found.applying) + len(found.not_applying) == len(found.findings)


def test_judgement_of_a_submitted_change_keeps_its_policy() -> None:
    story = make_story()
    PolicyVersionFactory.create(effective_on=times.NOW.date())

    assert judgement_of(story.change, times.NOW).policy == version_1()


def test_judgement_of_a_draft_is_by_the_policy_of_the_moment() -> None:
    story = make_draft()
    newer = PolicyVersionFactory.create(effective_on=times.NOW.date())

    policies = [
        judgement_of(story.change, at).policy for at in (times.NOW - timedelta(days=1), times.NOW)
    ]

    assert policies == [version_1(), newer]


def test_judgement_of_an_imported_change_passes_and_fails_nothing() -> None:
    change = ChangeRequestFactory.create(is_imported=True)

    verdicts = {finding.verdict for finding in judgement_of(change, times.NOW).findings}

    assert verdicts.isdisjoint({Verdict.PASSED, Verdict.FAILED})


def test_standard_change_is_approved_when_its_last_gate_passed() -> None:
    story = make_story(category=Category.STANDARD)
    procedure = StandardProcedureFactory.create(systems=[story.system])
    ChangeRequest.objects.update(standard_procedure=procedure)
    story.approve_as(ApprovalRole.PEER_REVIEWER, story.peer, times.SUBMITTED)
    before = judgement_of(story.change, times.NOW).approved_at

    story.pass_gates()

    assert (before, judgement_of(story.change, times.NOW).approved_at) == (None, times.TESTED)


def test_reasons_against_deployment_are_none_when_it_may_go() -> None:
    story = make_story().pass_gates().approve()

    reasons = reasons_against_deployment(
        facts_of(story.change), story.change.policy_version, times.DEPLOYED
    )

    assert reasons == []


def test_judgements_take_as_many_queries_for_three_changes_as_for_one() -> None:
    counts = []
    for number in (1, 2, 3):
        make_story().pass_gates().approve()
        with CaptureQueriesContext(connection) as queries:
            judgements = judgements_of(with_record(ChangeRequest.objects.all()), times.NOW)
        counts.append((len(judgements) - number, len(queries)))

    assert counts == [counts[0]] * 3
