"""A dry run over the sample quarter names exactly the changes that a recount by hand names.

The recount reads plain columns and knows none of our rules: three figures and a clock.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from changes import clock
from changes.models import (
    ChangeRequest,
    Deployment,
    DryRun,
    Freeze,
    GateResult,
    PolicyVersion,
    PullRequest,
    WindowException,
)
from changes.quarters import Quarter
from changes.queries.dry_runs import ChangeFlips, dry_run
from changes.tasks import run_dry_runs
from changes.vocabulary import DryRunState

AFTER = datetime(2026, 10, 1, tzinfo=UTC)
QUARTER = Quarter(2026, 3)
PACIFIC = ZoneInfo("America/Los_Angeles")


def proposal(**figures: object) -> PolicyVersion:
    version = PolicyVersion.objects.get(version="1.0")
    version.pk, version.version, version.effective_on = None, "9.9", date(2026, 12, 1)
    for name, value in figures.items():
        setattr(version, name, value)
    return version


def named(rows: list[ChangeFlips]) -> set[str]:
    return {row.change.key for row in rows}


def counted_in_the_quarter() -> dict[int, int]:
    """Numbers by primary key."""
    rows = ChangeRequest.objects.filter(
        counted_at__gte=datetime(2026, 7, 1, tzinfo=UTC),
        counted_at__lt=datetime(2026, 10, 1, tzinfo=UTC),
    )
    return dict(rows.values_list("id", "number"))


def revisions_of_each_change() -> dict[int, set[str]]:
    """What went to production; before that the head of the last pull request."""
    found: dict[int, set[str]] = defaultdict(set)
    for row in Deployment.objects.filter(environment="production").values("change_id", "revision"):
        found[row["change_id"]].add(row["revision"])
    heads = PullRequest.objects.order_by("pk").values_list("change_id", "head_revision")
    for change, head in dict(heads).items():
        found.setdefault(change, {head})
    return found


def below(minimum: int) -> set[int]:
    """Changes of which a tool's newest report covers less, in hundredths of its valid lines."""
    newest: dict[tuple[str, str], dict[str, int]] = {}
    for row in GateResult.objects.filter(gate="coverage").order_by("produced_at").values():
        newest[row["revision"], row["tool"].lower()] = row["numbers"]
    low = {
        revision
        for (revision, _), numbers in newest.items()
        if numbers["lines_covered"] * 100 < minimum * numbers["lines_valid"]
    }
    return {change for change, revisions in revisions_of_each_change().items() if revisions & low}


def started_in_the_afternoon(opens: time, closes: time) -> set[int]:
    """Changes deployed on an open day between the two, by nobody's leave and in no freeze."""
    leave = set(WindowException.objects.values_list("change_id", flat=True))
    frozen = [
        (freeze.starts_at, freeze.ends_at, set(freeze.systems.values_list("pk", flat=True)))
        for freeze in Freeze.objects.all()
    ]
    systems: dict[int, set[int]] = defaultdict(set)
    for change, system in ChangeRequest.objects.values_list("pk", "systems"):
        systems[change].add(system)
    found = set()
    for row in Deployment.objects.filter(environment="production", change__isnull=False).values(
        "change_id", "started_at", "change__category", "change__avoided_day_reason"
    ):
        local = row["started_at"].astimezone(PACIFIC)
        is_open = local.isoweekday() <= 4 or (
            local.isoweekday() == 5 and row["change__avoided_day_reason"].strip()
        )
        if (
            row["change__category"] != "emergency"
            and opens <= local.time() < closes
            and is_open
            and row["change_id"] not in leave
            and not any(
                start <= row["started_at"] < end and (not of or of & systems[row["change_id"]])
                for start, end, of in frozen
            )
        ):
            found.add(row["change_id"])
    return found


def keys(changes: set[int]) -> set[str]:
    numbers = counted_in_the_quarter()
    return {f"CHG-{numbers[pk]:06d}" for pk in changes & numbers.keys()}


def test_dry_run_names_the_changes_that_a_recount_names(sample: list[str]) -> None:
    run = dry_run(
        proposal(coverage_minimum_percent=Decimal(85), window_closes=time(13)), QUARTER, AFTER
    )

    expected = keys(below(85) - below(80)) | keys(started_in_the_afternoon(time(13), time(16)))
    assert named(run.would_fail) == expected
    assert 3 <= len(expected) < run.judged == len(counted_in_the_quarter())
    assert run.sentence == (
        f"This edit would fail {len(expected)} changes of the {run.judged} of 2026Q3."
    )


def test_dry_run_of_a_milder_policy_clears_what_a_recount_names(sample: list[str]) -> None:
    run = dry_run(proposal(coverage_minimum_percent=Decimal(50)), QUARTER, AFTER)

    assert named(run.would_fail) == set()
    assert named(run.would_clear) == keys(below(80) - below(50)) != set()


def test_dry_run_of_the_same_policy_turns_nothing(sample: list[str]) -> None:
    run = dry_run(proposal(), QUARTER, AFTER)

    assert (run.would_fail, run.would_be_unknown, run.would_clear) == ([], [], [])


def test_dry_run_of_another_scanner_leaves_unknown_what_never_used_it(sample: list[str]) -> None:
    run = dry_run(
        proposal(required_scanners=["CodeQL", "npm audit", "Snyk", "Trivy"]), QUARTER, AFTER
    )

    assert run.would_fail == []
    assert {flip.rule for row in run.would_be_unknown for flip in row.flips} == {
        "no_critical_security_finding"
    }


def test_kept_dry_run_of_the_sample_s_proposal_names_what_a_recount_names(
    sample: list[str],
) -> None:
    """Version 1.1 asks for 82 %: proposed in the sample, tried by the job."""
    with clock.simulated(AFTER):
        run_dry_runs()

    run = DryRun.objects.get(version__version="1.1")
    assert (run.state, run.judged_at, run.quarter) == (DryRunState.DONE, AFTER, "2026Q3")
    assert run.result is not None
    found = {row["change"]["key"] for row in run.result["would_fail"]}
    assert found == keys(below(82) - below(80)) != set()


@pytest.mark.parametrize("minimum", [81, 83, 90])
def test_stricter_coverage_names_what_a_recount_names(sample: list[str], minimum: int) -> None:
    run = dry_run(proposal(coverage_minimum_percent=Decimal(minimum)), QUARTER, AFTER)

    assert named(run.would_fail) == keys(below(minimum) - below(80)) != set()
    assert named(run.would_clear) == set()


@pytest.mark.parametrize("closes", [time(11), time(12, 30), time(15)])
def test_shorter_window_names_what_a_recount_names(sample: list[str], closes: time) -> None:
    run = dry_run(proposal(window_closes=closes), QUARTER, AFTER)

    assert named(run.would_fail) == keys(started_in_the_afternoon(closes, time(16)))
