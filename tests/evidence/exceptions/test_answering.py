"""Management responses: who may, to what, and what is refused."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from changes import clock
from changes.models import Person
from changes.vocabulary import PersonKind, Role
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.reports import report_deployment, report_deployment_finished
from evidence.exceptions.answering import answer_exception
from evidence.exceptions.register import Registered, register
from evidence.models import Event, ManagementResponse
from evidence.packages.freeze import setting_of
from tests.evidence.packages.compiling import compiled, content_of, quarter
from tests.factories.people import PersonFactory
from tests.factories.rollout import DeploymentFactory
from tests.factories.source import CommitFactory
from tests.factories.stories import make_story
from tests.factories.times import DEPLOYED, NOW, ROLLED_OUT

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def compliance() -> Person:
    return PersonFactory.create(roles=[Role.COMPLIANCE])


def answer(reference: str, actor: Person | None = None, **values: Any) -> ManagementResponse:
    known = {
        "cause": "The lead was away.",
        "response": "A second lead is named.",
        "owner": PersonFactory.create(name="Olga Owner"),
        "due_on": TODAY,
        "is_done": False,
        "at": NOW,
    }
    actor = actor or compliance()
    return answer_exception(
        setting=setting_of(quarter()), reference=reference, actor=actor, **{**known, **values}
    )


def stray() -> str:
    commit = CommitFactory.create()
    return f"commit {commit.repository.name}@{commit.sha}"


def rows(today: object = TODAY) -> list[Registered]:
    return register(setting_of(quarter()), today)  # type: ignore[arg-type]


def test_answer_stands_on_the_register_and_in_the_log() -> None:
    reference, actor = stray(), compliance()

    answer(reference, actor)

    (found,) = rows()
    assert (found.state, found.row["reference"]) == ("answered", reference)
    assert (found.row["response"], found.row["owner"]) == ("A second lead is named.", "Olga Owner")
    event = Event.objects.get(type="exception.answered")
    assert event.record.startswith("managementresponse:")


@pytest.mark.parametrize(
    ("days", "is_done", "state"),
    [
        pytest.param(0, False, "answered", id="on the day"),
        pytest.param(1, False, "overdue", id="the day after"),
        pytest.param(1, True, "done", id="done is never overdue"),
    ],
)
def test_state_follows_the_day(days: int, is_done: bool, state: str) -> None:
    answer(stray(), is_done=is_done)

    assert [found.state for found in rows(TODAY + timedelta(days=days))] == [state]


def test_newest_answer_counts_and_the_older_one_is_kept() -> None:
    reference = stray()
    answer(reference, response="We look into it.")
    answer(reference, response="Pushes are refused now.", is_done=True, at=NOW)

    assert [found.row["response"] for found in rows()] == ["Pushes are refused now."]
    assert ManagementResponse.objects.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COMPLIANCE])
def test_only_compliance_answers(role: Role) -> None:
    reference = stray()

    with pytest.raises(NotPermitted, match="Only compliance may answer an exception"):
        answer(reference, PersonFactory.create(roles=[role]))

    assert not ManagementResponse.objects.exists()


def test_what_is_no_exception_is_not_answered() -> None:
    story = make_story().pass_gates().approve().deploy()

    with pytest.raises(NotNow, match=f"'{story.change.key} A' is no exception of 2026Q3"):
        answer(f"{story.change.key} A")


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"cause": " \n"}, "cause", "Say what caused it."),
        ({"response": ""}, "response", "Say what management does about it."),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on", "2026-07-14 has passed"),
        ({"at": NOW + timedelta(seconds=1)}, "at", "is in the future"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, Any], field: str, sentence: str) -> None:
    reference = stray()

    with pytest.raises(Invalid, match=sentence) as refusal:
        answer(reference, **values)

    assert list(refusal.value.fields) == [field]
    assert not ManagementResponse.objects.exists()


@pytest.mark.parametrize("values", [{"is_active": False}, {"kind": PersonKind.BOT}])
def test_owner_is_an_active_person(values: dict[str, Any]) -> None:
    reference = stray()

    with pytest.raises(Invalid, match="cannot own it"):
        answer(reference, owner=PersonFactory.create(**values))


def test_done_may_have_a_day_that_has_passed() -> None:
    assert answer(stray(), is_done=True, due_on=TODAY - timedelta(days=30)).pk


WHOLE: dict[str, Any] = {
    "impact": "None: it was put right within the hour.",
    "compensating_control": "Two people watched the rollout.",
    "retest": "The next three changes were approved before.",
}


def never_approved() -> str:
    """The key of a change that went out without its approvals."""
    story = make_story().pass_gates()
    deployment = report_deployment(request=story.change, revision=story.head, at=DEPLOYED)
    report_deployment_finished(deployment=deployment, at=ROLLED_OUT)
    return story.change.key


def letters(key: str) -> set[str]:
    return {str(found.row["attribute"]) for found in rows() if found.row["key"] == key}


@pytest.mark.usefixtures("quick_sheets")
def test_deviation_with_a_whole_response_is_answered_on_the_page_and_in_the_package() -> None:
    key = never_approved()
    with clock.simulated(NOW.replace(month=10)):
        found = letters(key)
        assert "O" in found
        for letter in sorted(found - {"O"}):
            assert "O" in letters(key)
            answer(f"{key} {letter}", **WHOLE)

        assert letters(key) == found - {"O"}
        package = content_of(compiled())
    tests = csv.DictReader(io.StringIO(package["control-tests.csv"].decode()))
    verdict = {row["attribute"]: row["verdict"] for row in tests if row["key"] == key}
    assert verdict["O"] == "passed"
    assert all(verdict[letter] == "failed" for letter in found - {"O"})
    register_csv = package["exceptions.csv"].decode()
    assert WHOLE["compensating_control"] in register_csv


@pytest.mark.parametrize("name", WHOLE)
def test_response_that_lacks_a_part_leaves_the_deviation_unanswered(name: str) -> None:
    key = never_approved()
    with clock.simulated(NOW.replace(month=10)):
        for letter in sorted(letters(key) - {"O"}):
            answer(f"{key} {letter}", **(WHOLE | {name: " "}))

        sentence = next(f.row["sentence"] for f in rows() if f.row["reference"] == f"{key} O")
    assert f"lacks: {name.replace('_', ' ')}." in sentence


@pytest.mark.usefixtures("quick_sheets")
def test_register_lists_what_the_package_lists() -> None:
    """The same exceptions in the same order, whatever their kind."""
    make_story()
    make_story().pass_gates()
    CommitFactory.create()
    DeploymentFactory.create(change=None, started_at=DEPLOYED)
    with clock.simulated(NOW.replace(month=10)):
        package = content_of(compiled())["exceptions.csv"].decode()
        found = rows()

    assert len(found) == len(package.splitlines()) - 1
    for line, row in zip(package.splitlines()[1:], found, strict=True):
        assert row.row["reference"] in line


@pytest.mark.usefixtures("quick_sheets")
def test_answer_is_in_the_package_and_makes_a_new_revision() -> None:
    reference = stray()
    before = compiled()
    assert compiled() == before

    answer(reference)
    after = compiled()

    assert after.revision == 2
    assert "A second lead is named." in content_of(after)["exceptions.csv"].decode()
