"""Exactly the changes that are wrong on purpose are found wrong, and in exactly that way."""

from datetime import UTC, datetime

import pytest

from changes.models import ChangeRequest, Commit, Deployment, PolicyReview
from changes.queries.judgements import Judgement, judgements_of
from changes.queries.record import with_record
from changes.sample.mistakes import BEYOND_THE_RULES, EXPECTED_FLAWS, NEVER_BROKEN
from changes.sample.routine import all_stories
from changes.vocabulary import State, Verdict

AFTER_THE_QUARTER = datetime(2026, 10, 1, tzinfo=UTC)
NAMES = {f"CHG-{story.number:06d}": story.name for story in all_stories()}
WENT_OUT = (State.DEPLOYED, State.VERIFIED, State.CLOSED, State.ROLLED_BACK)


@pytest.fixture(scope="module")
def judgements(sample: list[str]) -> list[Judgement]:
    return judgements_of(with_record(ChangeRequest.objects.order_by("number")), AFTER_THE_QUARTER)


def test_only_the_expected_changes_have_open_findings(judgements: list[Judgement]) -> None:
    found = {
        NAMES[judgement.change.key]: frozenset(f.rule for f in judgement.findings if f.is_open)
        for judgement in judgements
        if judgement.change.state in WENT_OUT
    }
    assert {name: rules for name, rules in found.items() if rules} == EXPECTED_FLAWS


def test_what_was_never_received_is_unknown_and_all_else_failed(
    judgements: list[Judgement],
) -> None:
    unknown = {
        NAMES[judgement.change.key]
        for judgement in judgements
        for finding in judgement.findings
        if finding.verdict is Verdict.UNKNOWN
    }
    assert unknown == {
        "two-lengths",
        "csv-loader",
        "export-ledger-entries-in-the-accountants-format",
        "compare-aggregates-with-raw-events-each-night",
        "recompute-discounts-when-a-contract-changes",
        "give-batch-requests-a-queue-of-their-own",
        "count-refused-requests-by-their-reason",
        "partition-index",
    }


def test_every_rule_has_an_example_of_either_kind(judgements: list[Judgement]) -> None:
    """Of the changes that went out: what is still open there is as good as failed."""
    findings = [f for j in judgements if j.change.state in WENT_OUT for f in j.findings]
    rules = {finding.rule for finding in findings}

    assert rules - {f.rule for f in findings if f.verdict is Verdict.PASSED} == set()
    assert rules - {f.rule for f in findings if f.is_open} == NEVER_BROKEN.keys()


def test_a_story_says_what_is_wrong_with_it_and_no_other_does() -> None:
    stories = all_stories()
    saying = {story.name for story in stories if story.mistake}
    beyond = BEYOND_THE_RULES.keys() & {story.name for story in stories}
    assert saying == EXPECTED_FLAWS.keys() | beyond


def test_late_approval_reads_as_late(judgements: list[Judgement]) -> None:
    late = next(j for j in judgements if NAMES[j.change.key] == "choose-organisation")
    sentence = late.finding("tech_lead_of_every_system").sentence
    assert sentence.endswith("Marcus Adeyemi approved it after it was deployed.")


def test_what_no_rule_judges_is_in_the_record(sample: list[str]) -> None:
    commits = Commit.objects.filter(pull_request=None, on_production_branch=True)
    deployments = Deployment.objects.filter(change=None)
    assert {
        *(commit.repository.name for commit in commits),
        *(str(deployment.repository) for deployment in deployments),
        *({"2026Q3"} - set(PolicyReview.objects.values_list("quarter", flat=True))),
    } == set(BEYOND_THE_RULES)
