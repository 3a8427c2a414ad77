import pytest

from changes.rules.policy import TEXT_FIELDS
from changes.rules.request import required_fields_present
from changes.vocabulary import State, Verdict
from tests.factories.facts import POLICY, change_facts, imported, policy
from tests.factories.request import TEXTS


def test_required_fields_pass_when_each_holds_something() -> None:
    finding = required_fields_present(change_facts(), POLICY)

    assert finding.verdict is Verdict.PASSED


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize(
    "blank",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="spaces"),
        pytest.param("\n\t ", id="white space"),
        pytest.param("\u00a0\u2003", id="wide spaces"),
    ],
)
def test_required_field_is_lacking_when_blank(field: str, blank: str) -> None:
    facts = change_facts(state=State.DRAFT, texts={**TEXTS, field: blank})

    finding = required_fields_present(facts, POLICY)

    assert (finding.verdict, finding.facts["lacking"]) == (Verdict.WAITING, [field])


def test_required_fields_name_all_that_is_lacking_in_words() -> None:
    facts = change_facts(state=State.DRAFT, texts={**TEXTS, "rollback_plan": ""}, systems=())

    finding = required_fields_present(facts, POLICY)

    assert finding.sentence == "Fill in: rollback plan, affected systems."


def test_required_field_missing_after_submission_has_failed() -> None:
    facts = change_facts(texts={**TEXTS, "description": ""})

    assert required_fields_present(facts, POLICY).verdict is Verdict.FAILED


def test_required_fields_are_those_of_the_policy() -> None:
    facts = change_facts(texts={}, systems=())

    finding = required_fields_present(facts, policy(required_fields=()))

    assert finding.verdict is Verdict.PASSED


def test_required_fields_of_an_imported_change_are_unknown() -> None:
    assert required_fields_present(imported(), POLICY).verdict is Verdict.UNKNOWN
