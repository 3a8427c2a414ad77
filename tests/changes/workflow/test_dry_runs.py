"""The dry run of a proposal as a job: asked, made once, kept as of its moment."""

from datetime import UTC, datetime, time, timedelta

import pytest

from changes import clock
from changes.models import DryRun, PolicyVersion
from changes.queries import dry_runs as queries
from changes.tasks import run_dry_runs
from changes.vocabulary import DryRunState, PolicyState, Role
from changes.workflow import dry_runs
from changes.workflow.dry_runs import SILENCE, ask_dry_run, run_dry_run
from changes.workflow.policies import propose_policy
from changes.workflow.refusals import NotNow, NotPermitted
from tests.factories.people import PersonFactory, an_engineer
from tests.factories.policy import DryRunFactory, PolicyVersionFactory
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db
AFTER = datetime(2026, 10, 2, tzinfo=UTC)


def proposal() -> PolicyVersion:
    """It closes the window at eleven."""
    return PolicyVersionFactory.create(
        version="9.9", state=PolicyState.PROPOSED, approved_at=None, window_closes=time(11)
    )


def test_proposing_leaves_a_dry_run_to_be_made() -> None:
    administrator = PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])
    version = PolicyVersionFactory.build(
        version="9.9", state=PolicyState.PROPOSED, approved_at=None, effective_on=AFTER.date()
    )

    propose_policy(version=version, actor=administrator, at=clock.now())

    (run,) = DryRun.objects.all()
    assert (run.version, run.state, run.asked_by) == (version, DryRunState.WAITING, administrator)


def test_result_is_kept_as_of_its_moment() -> None:
    change = make_story().pass_gates().approve().deploy().change
    run = DryRunFactory.create(version=proposal())

    with clock.simulated(AFTER):
        run_dry_runs()

    run.refresh_from_db()
    assert (run.state, run.judged_at, run.quarter) == (DryRunState.DONE, AFTER, "2026Q3")
    assert run.result is not None
    assert run.result["sentence"] == "This edit would fail 1 change of the 1 of 2026Q3."
    (row,) = run.result["would_fail"]
    (flip,) = row["flips"]
    assert (row["change"]["key"], flip["rule"]) == (change.key, "deployed_inside_window")
    assert (flip["before"]["verdict"], flip["after"]["verdict"]) == ("passed", "failed")


def test_same_record_and_proposal_give_the_same_result() -> None:
    for _ in range(3):
        make_story().pass_gates().approve().deploy()
    version = proposal()
    runs = [DryRunFactory.create(version=version) for _ in range(2)]

    with clock.simulated(AFTER):
        run_dry_runs()

    first, second = (DryRun.objects.get(pk=run.pk).result for run in runs)
    assert first is not None
    assert first == second
    assert [row["change"]["key"] for row in first["would_fail"]] == sorted(
        row["change"]["key"] for row in first["would_fail"]
    )


def test_one_is_made_at_a_time() -> None:
    administrator = PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])
    version = proposal()

    first, second = (
        ask_dry_run(version=version, actor=administrator, at=clock.now()) for _ in range(2)
    )

    assert first == second
    run_dry_runs()
    third = ask_dry_run(version=version, actor=administrator, at=clock.now())
    assert third != first


def test_who_may_not_decide_asks_for_none() -> None:
    with pytest.raises(NotPermitted):
        ask_dry_run(version=proposal(), actor=an_engineer(), at=clock.now())
    assert not DryRun.objects.exists()


def test_version_in_force_is_not_tried() -> None:
    administrator = PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])
    with pytest.raises(NotNow, match="only a proposal is tried"):
        ask_dry_run(
            version=PolicyVersion.objects.get(version="1.0"), actor=administrator, at=clock.now()
        )


def test_what_a_worker_left_lying_is_taken_up(now: datetime) -> None:
    late, fresh = (
        DryRunFactory.create(
            version=version,
            state=DryRunState.RUNNING,
            begun_at=now - SILENCE - timedelta(seconds=s),
        )
        for version, s in ((proposal(), 1), (PolicyVersionFactory.create(), -1))
    )

    run_dry_runs()

    late.refresh_from_db()
    fresh.refresh_from_db()
    assert (late.state, fresh.state) == (DryRunState.DONE, DryRunState.RUNNING)


def test_result_of_a_worker_that_was_given_up_does_not_count(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was so slow that another took its job up meanwhile."""
    run = DryRunFactory.create(version=proposal())
    judged = queries.dry_run

    def slow(*arguments: object) -> object:
        DryRun.objects.update(begun_at=now + SILENCE)
        return judged(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(dry_runs, "dry_run", slow)
    run_dry_run(run.pk)

    run.refresh_from_db()
    assert (run.state, run.result) == (DryRunState.RUNNING, None)


def test_what_cannot_be_judged_leaves_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    run = DryRunFactory.create(version=proposal())

    def broken(*_: object) -> None:
        raise ValueError("This was not foreseen.")

    monkeypatch.setattr(dry_runs, "dry_run", broken)
    run_dry_runs()

    run.refresh_from_db()
    assert (run.state, run.judged_at) == (DryRunState.FAILED, None)
