from datetime import datetime, time, timedelta

import pytest

from changes.rules.facts import ChangeFacts, FreezeFacts, WindowExceptionFacts
from changes.rules.windows import deployed_inside_window, inside_hours, why_closed
from changes.vocabulary import Category, Verdict
from tests.factories.facts import (
    AUTHOR,
    BOT,
    POLICY,
    change_facts,
    deployment,
    freeze,
    imported,
    los_angeles,
    policy,
    window_exception,
)

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
TUESDAY, FRIDAY = los_angeles("2026-07-14 10:30:00"), los_angeles("2026-07-17 10:30:00")
SATURDAY = los_angeles("2026-07-18 10:30:00")
SECOND = timedelta(seconds=1)
YEAR = timedelta(days=365)


def verdict_at(at: datetime, **values: object) -> Verdict:
    facts = change_facts(deployments=(deployment(started_at=at),), **values)
    return deployed_inside_window(facts, POLICY).verdict


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        pytest.param("2026-07-14 09:59:59.999999", FAILED, id="just before 10:00 is out"),
        pytest.param("2026-07-14 10:00:00", PASSED, id="10:00:00 is in"),
        pytest.param("2026-07-14 15:59:59", PASSED, id="15:59:59 is in"),
        pytest.param("2026-07-14 15:59:59.999999", PASSED, id="just before 16:00 is in"),
        pytest.param("2026-07-14 16:00:00", FAILED, id="16:00:00 is out"),
        pytest.param("2026-07-13 10:00:00", PASSED, id="Monday is in"),
        pytest.param("2026-07-16 15:59:59", PASSED, id="Thursday is in"),
        pytest.param("2026-07-18 12:00:00", FAILED, id="Saturday is out"),
        pytest.param("2026-07-19 12:00:00", FAILED, id="Sunday is out"),
        # Clocks go forward on Sunday, 8 March 2026, and back on Sunday, 1 November 2026.
        pytest.param("2026-03-05 10:00:00", PASSED, id="10:00 before summer time is in"),
        pytest.param("2026-03-05 09:59:59", FAILED, id="9:59:59 before summer time is out"),
        pytest.param("2026-03-08 10:00:00", FAILED, id="the Sunday clocks go forward is out"),
        pytest.param("2026-03-09 10:00:00", PASSED, id="10:00 after it is in"),
        pytest.param("2026-03-09 09:59:59", FAILED, id="9:59:59 after it is out"),
        pytest.param("2026-10-29 15:59:59", PASSED, id="15:59:59 before winter time is in"),
        pytest.param("2026-11-01 12:00:00", FAILED, id="the Sunday clocks go back is out"),
        pytest.param("2026-11-02 15:59:59", PASSED, id="15:59:59 after it is in"),
        pytest.param("2026-11-02 16:00:00", FAILED, id="16:00 after it is out"),
    ],
)
def test_window_has_edges(local: str, expected: Verdict) -> None:
    assert verdict_at(los_angeles(local)) is expected


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        pytest.param("2026-03-05T18:00:00+00:00", True, id="18:00 UTC opens it in winter"),
        pytest.param("2026-03-09T17:00:00+00:00", True, id="17:00 UTC opens it in summer"),
        pytest.param("2026-03-05T17:00:00+00:00", False, id="17:00 UTC is early in winter"),
        pytest.param("2026-03-09T23:00:00+00:00", False, id="23:00 UTC closes it in summer"),
    ],
)
def test_window_follows_the_clock_in_los_angeles(utc: str, expected: bool) -> None:
    assert inside_hours(datetime.fromisoformat(utc), POLICY) is expected


def test_window_across_a_change_of_clocks_opens_on_both_passes_of_the_hour() -> None:
    early = policy(window_days=(7,), window_opens=time(1), window_closes=time(2))
    moments = [los_angeles("2026-11-01 01:30:00", fold=fold) for fold in (0, 1)]

    assert [inside_hours(at, early) for at in moments] == [True, True]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        pytest.param("The partner needs it today.", PASSED, id="with a reason"),
        pytest.param("", FAILED, id="without a reason"),
        pytest.param(" \n", FAILED, id="with a blank reason"),
    ],
)
def test_friday_inside_the_hours_needs_a_reason(reason: str, expected: Verdict) -> None:
    assert verdict_at(FRIDAY, avoided_day_reason=reason) is expected


def test_friday_outside_the_hours_is_out_whatever_the_reason() -> None:
    at = los_angeles("2026-07-17 16:00:00")

    assert verdict_at(at, avoided_day_reason="The partner needs it today.") is FAILED


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "expected"),
    [
        pytest.param(-SECOND, SECOND, FAILED, id="during it is out"),
        pytest.param(timedelta(0), SECOND, FAILED, id="its first moment is out"),
        pytest.param(SECOND, 2 * SECOND, PASSED, id="just before it is in"),
        pytest.param(-SECOND, timedelta(0), PASSED, id="its end is in"),
    ],
)
def test_freeze_has_edges(starts_in: timedelta, ends_in: timedelta, expected: Verdict) -> None:
    frozen = freeze(starts_at=TUESDAY + starts_in, ends_at=TUESDAY + ends_in)

    assert verdict_at(TUESDAY, freezes=(frozen,)) is expected


@pytest.mark.parametrize(
    ("systems", "expected"),
    [
        pytest.param(frozenset(), FAILED, id="of all systems"),
        pytest.param(frozenset({"pages", "billing"}), FAILED, id="of an affected system"),
        pytest.param(frozenset({"billing"}), PASSED, id="of another system"),
    ],
)
def test_freeze_closes_the_window_for_its_systems(
    systems: frozenset[str], expected: Verdict
) -> None:
    frozen = freeze(starts_at=TUESDAY - YEAR, ends_at=TUESDAY + YEAR, systems=systems)

    assert verdict_at(TUESDAY, freezes=(frozen,)) is expected


def test_freeze_gives_its_reason() -> None:
    frozen = FreezeFacts("Closing of the books", TUESDAY, TUESDAY + YEAR)

    problem = why_closed(change_facts(freezes=(frozen,)), TUESDAY, POLICY)

    assert problem == "a freeze closed the window (Closing of the books)."


@pytest.mark.parametrize(
    ("leave", "expected"),
    [
        pytest.param(
            window_exception(approved_at=SATURDAY - SECOND, valid_until=SATURDAY + SECOND),
            PASSED,
            id="given before, still valid",
        ),
        pytest.param(
            window_exception(approved_at=SATURDAY, valid_until=SATURDAY + YEAR),
            FAILED,
            id="given at the start",
        ),
        pytest.param(
            window_exception(approved_at=SATURDAY + SECOND, valid_until=SATURDAY + YEAR),
            FAILED,
            id="given afterwards",
        ),
        pytest.param(
            window_exception(approved_at=SATURDAY - YEAR, valid_until=SATURDAY),
            FAILED,
            id="expired at the start",
        ),
        pytest.param(
            window_exception(
                approved_by=AUTHOR, approved_at=SATURDAY - SECOND, valid_until=SATURDAY + SECOND
            ),
            FAILED,
            id="given by an author",
        ),
        pytest.param(
            window_exception(
                approved_by=BOT, approved_at=SATURDAY - SECOND, valid_until=SATURDAY + SECOND
            ),
            FAILED,
            id="given by a bot",
        ),
    ],
)
def test_window_exception_is_given_beforehand_by_another(
    leave: WindowExceptionFacts, expected: Verdict
) -> None:
    assert verdict_at(SATURDAY, window_exceptions=(leave,)) is expected


def test_window_exception_names_who_gave_it_and_why() -> None:
    leave = window_exception(approved_at=SATURDAY - SECOND, valid_until=SATURDAY + SECOND)
    facts = change_facts(deployments=(deployment(started_at=SATURDAY),), window_exceptions=(leave,))

    assert deployed_inside_window(facts, POLICY).sentence == (
        "Started on Saturday 2026-07-18 10:30 America/Los_Angeles"
        " by leave of Leo Lead: The partner's maintenance"
    )


def test_emergency_is_exempt_from_window_and_freeze_and_says_so() -> None:
    facts = change_facts(
        category=Category.EMERGENCY,
        deployments=(deployment(started_at=SATURDAY),),
        freezes=(freeze(starts_at=SATURDAY - YEAR, ends_at=SATURDAY + YEAR),),
    )

    finding = deployed_inside_window(facts, POLICY)

    assert (finding.verdict, finding.sentence) == (
        Verdict.NOT_APPLICABLE,
        "Emergencies are exempt from the window and from freezes.",
    )


def test_window_is_that_of_the_policy_when_the_deployment_started() -> None:
    weekends = policy(window_days=(6, 7))
    facts = change_facts(deployments=(deployment(started_at=SATURDAY, policy=weekends),))

    assert deployed_inside_window(facts, POLICY).verdict is PASSED


def test_window_judges_every_deployment() -> None:
    facts = change_facts(
        deployments=(deployment(started_at=TUESDAY), deployment(started_at=SATURDAY))
    )

    finding = deployed_inside_window(facts, POLICY)

    assert finding.verdict is FAILED
    assert finding.sentence == (
        "Started on Saturday 2026-07-18 10:30 America/Los_Angeles:"
        " outside the deployment window (Monday, Tuesday, Wednesday, Thursday, 10:00 to 16:00)."
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(change_facts(), Verdict.WAITING, id="not deployed yet"),
        pytest.param(change_facts(sees_deployments=False), Verdict.UNKNOWN, id="none reported"),
        pytest.param(imported(sees_deployments=True), Verdict.UNKNOWN, id="imported history"),
    ],
)
def test_window_without_a_deployment_is_no_pass(facts: ChangeFacts, expected: Verdict) -> None:
    assert deployed_inside_window(facts, POLICY).verdict is expected
