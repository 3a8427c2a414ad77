"""The quarter around the changes: the rota, the freezes, the policy and its reviews."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from changes import clock
from changes.models import Freeze, OnCallShift, PolicyVersion
from changes.sample.cast import Cast
from changes.sample.reading import ZONE
from changes.sample.timeline import Timeline
from changes.workflow.administration import save_entry
from changes.workflow.policies import propose_policy, sign_policy_review

FOUNDED = datetime(2026, 6, 22, 9, tzinfo=ZONE)

# From this Monday, 09:00 in Los Angeles, one week each; planned to the end of the year.
FIRST_MONDAY = datetime(2026, 6, 29, 9, tzinfo=ZONE)
ROTA = (
    *("lan", "marcus", "sean", "yusuf") * 3,
    *("lan", "sean"),
    *("marcus", "yusuf", "lan", "sean") * 3,
)

REVIEW_OF_Q2 = """Read the whole process with both tech leads of the gateway. The figures stay. The
scanners named in the policy match what the pipeline runs. Asked for a proposal on who may approve
emergencies of Platform; it is to come with version 1.1."""


def keep_calendar(timeline: Timeline, cast: Cast) -> None:
    """The review of 2026Q3 is missing on purpose: nobody has signed it yet."""
    for at, act in (
        (FOUNDED, _plan_rota),
        (datetime(2026, 6, 29, 14, tzinfo=ZONE), _review_policy),
        (datetime(2026, 8, 3, 11, tzinfo=ZONE), _freeze_for_launch),
        (datetime(2026, 9, 14, 10, tzinfo=ZONE), _freeze_for_invoices),
        (datetime(2026, 9, 29, 15, 30, tzinfo=ZONE), _propose_policy),
    ):
        timeline.add(at, partial(act, cast))


def _plan_rota(cast: Cast) -> None:
    for week, handle in enumerate(ROTA):
        starts_at = FIRST_MONDAY + timedelta(weeks=week)
        shift = OnCallShift(
            person=cast.people[handle],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(weeks=1),
        )
        save_entry(record=shift, actor=cast.policy_administrator, at=clock.now())


def _freeze_for_launch(cast: Cast) -> None:
    freeze = Freeze(
        reason="Launch of the usage-based plans",
        starts_at=datetime(2026, 8, 17, tzinfo=ZONE),
        ends_at=datetime(2026, 8, 20, tzinfo=ZONE),
    )
    save_entry(record=freeze, actor=cast.policy_administrator, at=clock.now())


def _freeze_for_invoices(cast: Cast) -> None:
    freeze = Freeze(
        reason="Invoices of the third quarter are drawn up",
        starts_at=datetime(2026, 9, 29, tzinfo=ZONE),
        ends_at=datetime(2026, 10, 2, tzinfo=ZONE),
    )
    save_entry(
        record=freeze,
        actor=cast.policy_administrator,
        at=clock.now(),
        related={"systems": [cast.systems["billing"]]},
    )


def _review_policy(cast: Cast) -> None:
    sign_policy_review(
        quarter="2026Q2",
        actor=cast.policy_administrator,
        at=clock.now(),
        note=" ".join(REVIEW_OF_Q2.split()),
    )


def _propose_policy(cast: Cast) -> None:
    """Left for another policy administrator to approve."""
    version = PolicyVersion(
        version="1.1",
        effective_on=date(2027, 1, 1),
        coverage_minimum_percent=Decimal(82),
        summary="Raises the coverage that is asked for to 82 %, as every repository has stood"
        " above it since August.",
    )
    propose_policy(version=version, actor=cast.people["david"], at=clock.now())
